/** A document as a sender makes it, with an id of its own. */
export interface SentDocument {
  readonly id: string;
  readonly doc: Readonly<Record<string, unknown>>;
}

/** Numbers that look random and are the same for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `end`, which is left out. */
  below(end: number): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * end);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const mixed = [...list];
    for (let i = mixed.length - 1; i > 0; i -= 1) {
      const j = this.below(i + 1);
      [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
    }
    return mixed;
  }
}

type Fields = Readonly<Record<string, unknown>>;
/** Times lie in the last hours before the stream is made: later than that would be too late. */
const HOURS = 11;
const HOUR = 3_600_000;
const PROVINCES = ['12', '22', '46', '75'];

/**
 * Some trouble: records around a threshold, about few addresses, accounts and machines, so that
 * windows meet and part.
 */
type Trouble = (dice: Dice, put: (afterS: number, fields: Fields) => void) => void;

const signIn = (outcome: string, ip: string, user: string): Fields => ({
  'event.dataset': 'keycloak.event',
  'event.category': ['authentication'],
  'event.outcome': outcome,
  'source.ip': ip,
  'user.name': user,
});

const guessing: Trouble = (dice, put) => {
  const ip = `203.0.113.${dice.below(3)}`;
  const users = dice.between(1, 4);
  const times = dice.between(6, 26);
  const everyS = dice.between(2, 28);
  for (let n = 0; n < times; n += 1) {
    put(n * everyS, signIn('failure', ip, `can-bo-${dice.below(users)}`));
  }
  if (dice.below(2) > 0) {
    const after = times * everyS + dice.below(4_200);
    put(after, signIn('success', ip, `can-bo-${dice.below(users)}`));
  }
};

const serverErrors: Trouble = (dice, put) => {
  const request = (status: number): Fields => ({
    'event.dataset': 'nginx.access',
    'http.response.status_code': status,
    'url.path': dice.pick(['/nop-ho-so', '/health']),
    'host.name': `web-${dice.below(2)}`,
  });
  const errors = dice.between(24, 60);
  for (let n = 0; n < errors; n += 1) put(dice.below(330), request(dice.pick([500, 502, 503])));
  const good = dice.pick([0, 20, 150]);
  for (let n = 0; n < good; n += 1) put(dice.below(400), request(200));
};

const gateway: Trouble = (dice, put) => {
  const host = `web-${dice.below(2)}`;
  const message = dice.pick(['upstream timed out (110)', 'no live upstreams']);
  const times = dice.between(8, 14);
  for (let n = 0; n < times; n += 1) {
    put(n * dice.between(1, 40), {
      'event.dataset': 'nginx.error',
      message,
      'host.name': host,
    });
  }
};

const database: Trouble = (dice, put) => {
  const host = `db-${dice.below(2)}`;
  const times = dice.between(2, 5);
  for (let n = 0; n < times; n += 1) {
    put(n * dice.between(1, 150), {
      'event.dataset': 'postgresql.log',
      message: 'FATAL: sorry, too many clients already',
      'host.name': host,
    });
  }
};

const link: Trouble = (dice, put) => {
  const observer = `FGT-${dice.below(3)}`;
  const state = (status: string): Fields => ({
    'event.dataset': 'fortinet_fortigate.log',
    'event.code': '0100022922',
    'fortinet.firewall.status': status,
    'observer.name': observer,
  });
  const times = dice.between(1, 3);
  for (let n = 0; n < times; n += 1) put(n * dice.between(60, 2_400), state('dead'));
  if (dice.below(2) > 0) put(dice.between(60, 6_000), state('alive'));
};

const codes: Trouble = (dice, put) => {
  const upstream = `sms-${dice.below(2)}`;
  const fate = (outcome: string): Fields => ({
    'event.dataset': 'sms.otp',
    'gov.otp.stage': 'delivery',
    'event.outcome': outcome,
    'gov.upstream': upstream,
  });
  const lost = dice.between(24, 40);
  for (let n = 0; n < lost; n += 1) put(dice.below(700), fate('failure'));
  const good = dice.pick([10, 120, 220]);
  for (let n = 0; n < good; n += 1) put(dice.below(700), fate('success'));
};

const cleared: Trouble = (dice, put) => {
  const times = dice.between(1, 2);
  for (let n = 0; n < times; n += 1) {
    put(n * dice.between(10, 7_200), {
      'event.dataset': 'system.security',
      'event.code': '1102',
      'host.name': `SRV-${dice.below(3)}`,
    });
  }
};

const TROUBLES = [
  guessing,
  guessing,
  guessing,
  serverErrors,
  gateway,
  database,
  link,
  codes,
  cleared,
];

/** One gateway fails in three provinces at about one time: an outage of its vendor. */
function gatewayOfThree(dice: Dice, put: (locality: string, afterS: number, f: Fields) => void) {
  for (const locality of PROVINCES.slice(0, 3)) {
    for (let n = 0; n < 35; n += 1) {
      put(locality, dice.below(300), {
        'event.dataset': 'sms.otp',
        'gov.otp.stage': 'delivery',
        'event.outcome': 'failure',
        'gov.upstream': 'sms-x',
      });
    }
  }
}

/** Records of every rule that senders feed, by the time they happened. */
export function makeStream(dice: Dice, troubles: number, now: number): SentDocument[] {
  const made: { at: number; fields: Fields }[] = [];
  for (let n = 0; n < troubles; n += 1) {
    const trouble = TROUBLES[n % TROUBLES.length] as Trouble;
    // Troubles of one kind come close to each other, so that episodes join and part.
    const start = now - HOURS * HOUR + dice.below(4) * 2 * HOUR + dice.below(1_800_000);
    const locality = dice.pick(PROVINCES);
    trouble(dice, (afterS, fields) => {
      const at = Math.min(start + afterS * 1_000, now - 1_000);
      made.push({ at, fields: { ...fields, locality } });
    });
  }
  // Half an hour after the last of the others can begin.
  const apart = now - HOURS * HOUR + 7.5 * HOUR;
  gatewayOfThree(dice, (locality, afterS, fields) =>
    made.push({ at: apart + afterS * 1_000, fields: { ...fields, locality } }),
  );
  return made
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, fields }, n) => ({
      id: `d${n}`,
      doc: { '@timestamp': new Date(at).toISOString(), ...fields },
    }));
}
