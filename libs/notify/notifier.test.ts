import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { Alert } from '#libs/model';

import {
  AN,
  aBook,
  anAlert,
  MINUTE,
  MORNING,
  type Rig,
} from '../../test/support/incident-parts.ts';
import { smtpInbox } from '../../test/support/smtp-inbox.ts';
import type { Channel } from './channel.ts';
import { Notifier } from './notifier.ts';
import { Outbox } from './outbox.ts';
import { GIVE_UP_MS, RETRY_FIRST_MS } from './sender.ts';
import { SmtpChannel } from './smtp-channel.ts';
import { signatureOf, WebhookChannel } from './webhook-channel.ts';

const SECRET = 'shared secret';

interface Hook {
  readonly url: string;
  readonly taken: { headers: IncomingHttpHeaders; body: string; json: Record<string, unknown> }[];
  /** Answers to come, then 200; `hang` never answers. */
  readonly answers: (number | 'hang')[];
  headers: Record<string, string>;
}

/** A real HTTP server that keeps what it took. */
async function aHook(): Promise<Hook> {
  const hook: Hook = { url: '', taken: [], answers: [], headers: {} };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const answer = hook.answers.shift() ?? 200;
      if (answer === 'hang') return;
      const body = Buffer.concat(parts).toString();
      if (answer === 200) {
        const json = JSON.parse(body) as Record<string, unknown>;
        hook.taken.push({ headers: request.headers, body, json });
      }
      response.writeHead(answer, hook.headers).end('said');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(hook, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

const CRITICAL: Partial<Alert> = { level: 'critical' };

async function aNotifier(channelsOf: (rig: Rig) => readonly Channel[], pagesLate = false) {
  const rig = await aBook();
  const make = () =>
    new Notifier({
      documents: rig.documents,
      clock: rig.clock,
      channels: channelsOf(rig),
      incidents: {
        open: () => rig.book.open(),
        get: (id) => rig.book.get(id),
        noted: (id, facts) => rig.book.noted(id, facts),
      },
      policy: {
        severityMin: 'critical',
        linkOf: (id) => `http://soc.example/su-co/${id}`,
        placeName: () => 'Đồng Nai',
        pagesLate: () => pagesLate,
      },
    });
  const desk = {
    ...rig,
    notifier: make(),
    /** Changes the book and waits until everything that follows is sent or waits for a retry. */
    async settle(...facts: Parameters<typeof rig.book.settle>[0]) {
      const stop = rig.book.listen((changes) => void desk.notifier.hear(changes));
      await rig.book.settle(facts);
      await desk.notifier.idle();
      stop();
    },
    async later(ms: number) {
      rig.clock.advance(ms);
      await desk.notifier.idle();
    },
    async restart() {
      await desk.notifier.stop();
      await rig.restart();
      desk.book = rig.book;
      desk.notifier = make();
      await desk.notifier.start();
      await desk.notifier.idle();
    },
  };
  onTestFinished(() => desk.notifier.stop());
  return desk;
}

async function byHook(pagesLate = false) {
  const hook = await aHook();
  const options = { name: 'hook', url: hook.url, secret: SECRET, timeoutMs: 300 };
  const desk = await aNotifier(({ clock }) => [new WebhookChannel(options, clock)], pagesLate);
  return { hook, desk };
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

function kinds({ taken }: Hook): unknown[] {
  return taken.map(({ json }) => json['kind']);
}

describe('a webhook', () => {
  it('gets a critical incident once, signed, in plain Vietnamese', async () => {
    const { hook, desk } = await byHook();
    await desk.settle({ alert: anAlert(CRITICAL) });
    await desk.settle({ alert: anAlert({ ...CRITICAL, count: 99 }) });
    expect(hook.taken).toHaveLength(1);
    const [{ headers, body, json } = { headers: {}, body: '', json: {} }] = hook.taken;
    const seconds = Math.floor(MORNING / 1000);
    expect(headers['x-thapcanh-signature']).toBe(signatureOf(SECRET, seconds, body));
    expect(headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(json).toMatchObject({ kind: 'opened', incident: 'SC-2026-000001' });
    expect(json['text']).toContain('203.0.113.77 dò mật khẩu 20 lần');
    expect(json['text']).toContain('Làm ngay:');
    expect(json['text']).toContain('http://soc.example/su-co/SC-2026-000001');
    const incident = await desk.book.get('SC-2026-000001');
    expect(incident?.timeline.at(-1)).toMatchObject({
      what: 'notified',
      facts: { channel: 'hook', result: 'sent' },
    });
    expect(incident?.version).toBe(1);
  });

  it('gets nothing of what is less severe, until it becomes critical', async () => {
    const { hook, desk } = await byHook();
    await desk.settle({ alert: anAlert() });
    expect(hook.taken).toEqual([]);
    await desk.settle({ alert: anAlert({ rule: 'b', level: 'critical' }) });
    expect(kinds(hook)).toEqual(['opened']);
  });

  it('is tried again with growing waits while it fails or hangs', async () => {
    const { hook, desk } = await byHook();
    hook.answers.push(500, 'hang', 503);
    await desk.settle({ alert: anAlert(CRITICAL) });
    for (let wait = RETRY_FIRST_MS; hook.taken.length === 0 && wait < GIVE_UP_MS; wait *= 2) {
      await desk.later(wait);
    }
    expect(kinds(hook)).toEqual(['opened']);
    expect(desk.notifier.figures()).toMatchObject({ sent: 1, retries: 3, waiting: 0 });
    const [delivery] = (await desk.notifier.log({ scope: { province: '75' }, limit: 9 })).rows;
    expect(delivery).toMatchObject({ state: 'sent', tries: 4 });
    expect(delivery?.failures.map(({ error }) => error)).toContain('the webhook answered 500');
  });

  it('waits as long as the other side asks', async () => {
    const { hook, desk } = await byHook();
    hook.answers.push(429);
    hook.headers = { 'retry-after': '600' };
    await desk.settle({ alert: anAlert(CRITICAL) });
    await desk.later(9 * MINUTE);
    expect(hook.taken).toEqual([]);
    await desk.later(MINUTE);
    expect(kinds(hook)).toEqual(['opened']);
  });

  it('is not tried again when it says never, and the timeline says so', async () => {
    const { hook, desk } = await byHook();
    hook.answers.push(404);
    await desk.settle({ alert: anAlert(CRITICAL) });
    await desk.later(GIVE_UP_MS);
    expect(hook.taken).toEqual([]);
    expect(desk.notifier.figures()).toMatchObject({ failed: 1, waiting: 0 });
    const incident = await desk.book.get('SC-2026-000001');
    expect(incident?.timeline.at(-1)?.facts).toMatchObject({ result: 'failed' });
  });

  it('is given up after a day', async () => {
    const { hook, desk } = await byHook();
    hook.answers.push(...Array.from({ length: 500 }, () => 500));
    await desk.settle({ alert: anAlert(CRITICAL) });
    for (let tries = 0; tries < 110; tries += 1) await desk.later(15 * MINUTE);
    expect(desk.notifier.figures()).toMatchObject({ failed: 1, waiting: 0 });
  });
});

describe('whoever was told', () => {
  it('is told once that it is over, and once that it is there again', async () => {
    const { hook, desk } = await byHook();
    const recovered = { time: MORNING + MINUTE, event: 'up' };
    await desk.settle({ alert: anAlert(CRITICAL) });
    await desk.settle({ alert: anAlert(CRITICAL), recovered });
    await desk.settle({ alert: anAlert({ ...CRITICAL, last: MORNING + 2 * MINUTE, count: 21 }) });
    expect(kinds(hook)).toEqual(['opened', 'recovered', 'reopened']);
    await desk.restart();
    expect(hook.taken).toHaveLength(3);
  });

  it('is told once that it was withdrawn; who was not told is not', async () => {
    const { hook, desk } = await byHook();
    const state = { kind: 'withdrawn', by: 'e' } as const;
    await desk.settle({ alert: anAlert(CRITICAL) });
    await desk.settle({ alert: anAlert({ ...CRITICAL, state }) });
    await desk.settle({ alert: anAlert({ rule: 'b', entities: [] }) });
    await desk.settle({ alert: anAlert({ rule: 'b', entities: [], state }) });
    expect(kinds(hook)).toEqual(['opened', 'withdrawn']);
  });

  it('is not a channel that could not be reached for good', async () => {
    const [dead, good] = [await aHook(), await aHook()];
    dead.answers.push(410);
    const desk = await aNotifier(({ clock }) => [
      new WebhookChannel({ name: 'dead', url: dead.url }, clock),
      new WebhookChannel({ name: 'good', url: good.url }, clock),
    ]);
    await desk.settle({ alert: anAlert(CRITICAL) });
    const state = { kind: 'withdrawn', by: 'e' } as const;
    await desk.settle({ alert: anAlert({ ...CRITICAL, state }) });
    expect(kinds(good)).toEqual(['opened', 'withdrawn']);
    expect(kinds(dead)).toEqual([]);
  });

  it('is not paged again when the incident goes into another', async () => {
    const { hook, desk } = await byHook();
    const early = anAlert({ rule: 'a', first: MORNING - 10 * MINUTE, entities: [] });
    const told = anAlert({ ...CRITICAL, rule: 'b' });
    await desk.settle({ alert: early });
    await desk.settle({ alert: told });
    await desk.settle({ alert: { ...early, entities: told.entities } });
    expect([...desk.book.open()]).toMatchObject([{ severity: 'critical', id: 'SC-2026-000001' }]);
    expect(kinds(hook)).toEqual(['opened']);
  });

  it('is not told at night of what came late, unless the rule pages late or it goes on', async () => {
    const late: Partial<Alert> = { ...CRITICAL, late: true };
    const quiet = await byHook();
    quiet.desk.clock.advance(180 * MINUTE);
    await quiet.desk.settle({ alert: anAlert(late) });
    await quiet.desk.restart();
    expect(kinds(quiet.hook)).toEqual([]);
    await quiet.desk.settle({ alert: anAlert({ ...late, last: MORNING + 170 * MINUTE }) });
    expect(kinds(quiet.hook)).toEqual(['opened']);
    const loud = await byHook(true);
    loud.desk.clock.advance(180 * MINUTE);
    await loud.desk.settle({ alert: anAlert(late) });
    expect(kinds(loud.hook)).toEqual(['opened']);
  });
});

describe('a storm', () => {
  it('goes out as few messages that leave no incident out', async () => {
    const { hook, desk } = await byHook();
    const many = Array.from({ length: 40 }, (_, at) => ({
      alert: anAlert({ ...CRITICAL, rule: `r${at}`, entities: [] }),
    }));
    await desk.settle(...many);
    expect(hook.taken.length).toBeLessThanOrEqual(2);
    const told = hook.taken.flatMap(({ json }) => [
      String(json['incident']),
      ...(json['also'] as { incident: string }[]).map(({ incident }) => incident),
    ]);
    expect(new Set(told).size).toBe(40);
    expect(told).toHaveLength(40);
    expect(hook.taken.at(-1)?.json['text']).toContain('Cùng lúc còn');
    await desk.restart();
    expect(desk.notifier.figures()).toMatchObject({ waiting: 0, sent: 0 });
  });
});

describe('a full disk', () => {
  it('delays what people are told, and loses none of it', async () => {
    const { hook, desk } = await byHook();
    await desk.book.settle([{ alert: anAlert(CRITICAL) }]);
    desk.documents.failNext(0);
    await desk.notifier.hear([...desk.book.open()].map((after) => ({ before: undefined, after })));
    expect(desk.notifier.figures().undecided).toBe(1);
    await desk.later(RETRY_FIRST_MS);
    expect(kinds(hook)).toEqual(['opened']);
  });

  it('sends again what was sent and could not be written down', async () => {
    const { hook, desk } = await byHook();
    await desk.book.settle([{ alert: anAlert(CRITICAL) }]);
    hook.answers.push(500);
    await desk.notifier.hear([...desk.book.open()].map((after) => ({ before: undefined, after })));
    await desk.notifier.idle();
    // The claim is written, its outcome not.
    desk.documents.failNext(1);
    await desk.later(RETRY_FIRST_MS);
    await desk.later(2 * RETRY_FIRST_MS);
    expect(kinds(hook)).toEqual(['opened', 'opened']);
    expect(hook.taken[0]?.headers['idempotency-key']).toBe(
      hook.taken[1]?.headers['idempotency-key'],
    );
  });
});

describe('two processes', () => {
  it('send one notice between them, and the other what one left behind', async () => {
    const { hook, desk } = await byHook();
    const [one, other] = ['a', 'b'].map((name) => {
      const outbox = new Outbox(desk.documents, desk.clock, name);
      return outbox;
    });
    if (one === undefined || other === undefined) throw new Error('there are two');
    hook.answers.push(500);
    await desk.settle({ alert: anAlert(CRITICAL) });
    await desk.notifier.stop();
    desk.clock.advance(RETRY_FIRST_MS);
    await Promise.all([one.load(), other.load()]);
    const both = await Promise.all(
      [one, other].map((outbox) => outbox.claim([...outbox.waiting.values()])),
    );
    expect(both.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([0, 1]);
    const [winner, loser] = both[0]?.length === 1 ? [one, other] : [other, one];
    // Its process dies: the other waits until that is certain.
    desk.clock.advance(MINUTE);
    expect(await loser.claim([...loser.waiting.values()])).toEqual([]);
    desk.clock.advance(MINUTE);
    expect(await loser.claim([...loser.waiting.values()])).toHaveLength(1);
    await loser.sent([...loser.waiting.values()]);
    expect(await winner.claim([...winner.waiting.values()])).toEqual([]);
    expect(winner.waiting.size).toBe(0);
  });
});

describe('a restart', () => {
  it('sends what waits, and what nobody was there to hear of', async () => {
    const { hook, desk } = await byHook();
    hook.answers.push(500);
    await desk.settle({ alert: anAlert(CRITICAL) });
    await desk.book.settle([{ alert: anAlert({ ...CRITICAL, rule: 'b', entities: [] }) }]);
    desk.clock.advance(RETRY_FIRST_MS);
    await desk.restart();
    expect(hook.taken.map(({ json }) => String(json['incident'])).toSorted(byText)).toEqual([
      'SC-2026-000001',
      'SC-2026-000002',
    ]);
    await desk.restart();
    expect(hook.taken).toHaveLength(2);
  });

  it('tells of a withdrawal that nobody was there to hear of', async () => {
    const { hook, desk } = await byHook();
    await desk.settle({ alert: anAlert(CRITICAL) });
    const gone = anAlert({ ...CRITICAL, state: { kind: 'withdrawn', by: 'e' } });
    await desk.book.settle([{ alert: gone }]);
    await desk.restart();
    expect(kinds(hook)).toEqual(['opened', 'withdrawn']);
  });
});

describe('mail', () => {
  async function byMail() {
    const inbox = await smtpInbox(onTestFinished);
    const options = { name: 'mail', from: 'soc@example.vn', to: ['truc@example.vn'] };
    const desk = await aNotifier(() => [
      new SmtpChannel({ ...options, url: inbox.url, timeoutMs: 300 }),
    ]);
    return { inbox, desk };
  }

  it('brings the sentence and the four lines through a real server', async () => {
    const { inbox, desk } = await byMail();
    await desk.settle({ alert: anAlert(CRITICAL) });
    expect(inbox.mails).toHaveLength(1);
    const [mail = ''] = inbox.mails;
    expect(mail).toContain('To: truc@example.vn');
    expect(mail).toContain('Content-Transfer-Encoding');
    expect(mail).toMatch(/Message-ID: <[0-9a-f]{32}@thapcanh>/);
  });

  it('is tried again while the server is busy, silent or away', async () => {
    const { inbox, desk } = await byMail();
    inbox.answer = 451;
    await desk.settle({ alert: anAlert(CRITICAL) });
    inbox.answer = 'hang';
    await desk.later(RETRY_FIRST_MS);
    inbox.answer = 250;
    await desk.later(2 * RETRY_FIRST_MS);
    expect(inbox.mails).toHaveLength(1);
    await inbox.close();
    await desk.settle({ alert: anAlert({ ...CRITICAL, rule: 'b', entities: [] }) });
    expect(desk.notifier.figures()).toMatchObject({ sent: 1, waiting: 1 });
  });

  it('is given up when the server refuses it for good', async () => {
    const { inbox, desk } = await byMail();
    inbox.answer = 554;
    await desk.settle({ alert: anAlert(CRITICAL) });
    expect(desk.notifier.figures()).toMatchObject({ failed: 1, waiting: 0 });
  });

  it('does not hold up the webhook beside it', async () => {
    const inbox = await smtpInbox(onTestFinished);
    inbox.answer = 'hang';
    const hook = await aHook();
    const mail = { name: 'mail', url: inbox.url, from: 'a@example.vn', to: ['b@example.vn'] };
    const desk = await aNotifier(({ clock }) => [
      new SmtpChannel({ ...mail, timeoutMs: 300 }),
      new WebhookChannel({ name: 'hook', url: hook.url }, clock),
    ]);
    await desk.settle({ alert: anAlert(CRITICAL) });
    expect(kinds(hook)).toEqual(['opened']);
  });

  it('keeps a hostile title on one line', async () => {
    const { inbox, desk } = await byMail();
    const group = { 'source.ip': 'x\r\nBcc: all@example.vn\r\n\r\nhello' };
    await desk.settle({ alert: anAlert({ ...CRITICAL, group }) });
    expect(inbox.mails[0]).not.toMatch(/^Bcc:/m);
  });
});

describe('people', () => {
  it('who close an incident are not told of it again', async () => {
    const { hook, desk } = await byHook();
    await desk.settle({ alert: anAlert(CRITICAL) });
    const { version = 0 } = (await desk.book.get('SC-2026-000001')) ?? {};
    const request = { version, verdict: 'true_positive', text: 'đã chặn' } as const;
    expect(await desk.book.act(AN, 'SC-2026-000001', 'verdict', request)).toHaveProperty('done');
    await desk.restart();
    expect(kinds(hook)).toEqual(['opened']);
  });
});
