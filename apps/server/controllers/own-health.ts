import type { Key } from '#libs/auth';
import type { SourceStanding } from '#libs/availability';
import type { LogSource, Probe } from '#libs/model';
import type { HealthLine } from '#libs/protocol';

type Words = HealthLine['text'];

/** What a place has of its own, as far as its health page tells of it. */
export interface OwnParts {
  readonly sources: readonly {
    readonly source: LogSource;
    readonly state: SourceStanding['state'];
  }[];
  readonly probes: readonly {
    readonly probe: Probe;
    readonly serviceName: string;
    readonly verdict: 'up' | 'down' | 'unknown';
  }[];
  readonly keys: readonly Key[];
  readonly now: number;
}

/** Names that a line tells before it only counts. */
const NAMES_MAX = 5;
const MINUTE_MS = 60_000;

function named(names: readonly string[], more: (n: number) => string): string {
  const shown = names.slice(0, NAMES_MAX).join(', ');
  return names.length <= NAMES_MAX ? shown : `${shown} ${more(names.length - NAMES_MAX)}`;
}

function list(names: readonly string[]): Words {
  return {
    vi: named(names, (n) => `và ${n} nguồn nữa`),
    en: named(names, (n) => `and ${n} more`),
  };
}

function sourcesLine({ sources }: OwnParts): HealthLine {
  const expected = sources.filter(({ state }) => state !== 'off');
  const of = (...states: SourceStanding['state'][]): string[] =>
    expected.filter(({ state }) => states.includes(state)).map(({ source }) => source.name);
  const silent = of('silent', 'disconnected');
  const never = of('never_sent');
  const sending = expected.length - silent.length - never.length;
  const base = {
    id: 'own_sources',
    group: 'source',
    name: { vi: 'Nguồn nhật ký của đơn vị', en: 'Your log sources' },
    figures: { expected: expected.length, sending, silent: silent.length, never: never.length },
  } as const;
  if (expected.length === 0) {
    const text = { vi: 'Chưa khai báo nguồn nào.', en: 'No source is registered.' };
    return { ...base, state: 'off', text };
  }
  const vi = [`${sending}/${expected.length} nguồn đang gửi`];
  const en = [`${sending} of ${expected.length} sources send`];
  if (silent.length > 0) {
    vi.push(`im lặng: ${list(silent).vi}`);
    en.push(`silent: ${list(silent).en}`);
  }
  if (never.length > 0) {
    vi.push(`chưa từng gửi: ${list(never).vi}`);
    en.push(`never sent: ${list(never).en}`);
  }
  const text = { vi: `${vi.join('; ')}.`, en: `${en.join('; ')}.` };
  return { ...base, state: silent.length + never.length > 0 ? 'degraded' : 'ok', text };
}

function servicesLine({ probes }: OwnParts): HealthLine {
  const watched = probes.filter(({ probe }) => probe.enabled);
  const down = [
    ...new Set(
      watched.filter(({ verdict }) => verdict === 'down').map(({ serviceName }) => serviceName),
    ),
  ];
  const base = {
    id: 'own_services',
    group: 'source',
    name: { vi: 'Dịch vụ của đơn vị', en: 'Your services' },
    figures: { probes: watched.length, services_down: down.length },
  } as const;
  if (watched.length === 0) {
    const text = { vi: 'Chưa khai báo phép thử nào.', en: 'No probe is registered.' };
    return { ...base, state: 'off', text };
  }
  if (down.length === 0) {
    const text = { vi: 'Không dịch vụ nào bị lỗi.', en: 'No service fails.' };
    return { ...base, state: 'ok', text };
  }
  const names = list(down);
  return {
    ...base,
    state: 'down',
    text: { vi: `Đang lỗi: ${names.vi}.`, en: `Failing: ${names.en}.` },
  };
}

function keysLine({ keys, now }: OwnParts): HealthLine {
  const used = keys.filter(
    ({ kind, revoked, expires }) =>
      kind === 'ingest' && revoked === undefined && (expires === undefined || expires > now),
  );
  const last = Math.max(0, ...used.map(({ lastUsed }) => lastUsed ?? 0));
  const base = {
    id: 'own_doors',
    group: 'door',
    name: { vi: 'Khoá gửi nhật ký của đơn vị', en: 'Your ingest keys' },
    figures: { keys: used.length },
  } as const;
  if (used.length === 0) {
    const text = { vi: 'Chưa có khoá nào.', en: 'There is no key.' };
    return { ...base, state: 'off', text };
  }
  if (last === 0) {
    const text = {
      vi: `${used.length} khoá, chưa dùng lần nào.`,
      en: `${used.length}, never used.`,
    };
    return { ...base, state: 'off', text };
  }
  const minutes = Math.floor((now - last) / MINUTE_MS);
  const text = {
    vi: `${used.length} khoá, ${minutes < 2 ? 'đang nhận nhật ký' : `nhận lần cuối ${minutes} phút trước`}.`,
    en: `${used.length} keys, ${minutes < 2 ? 'logs are coming in' : `last used ${minutes} minutes ago`}.`,
  };
  return { ...base, state: 'ok', text };
}

const PLAIN: Readonly<Record<'ok' | 'degraded' | 'down', Words>> = {
  ok: { vi: 'Trung tâm đang chạy bình thường.', en: 'The centre runs normally.' },
  degraded: {
    vi: 'Trung tâm có phần chạy kém và đang xử lý; cứ gửi nhật ký như thường.',
    en: 'A part at the centre does badly and is being seen to; keep sending logs.',
  },
  down: {
    vi: 'Trung tâm có phần đang hỏng và đang xử lý; bên gửi giữ nhật ký và gửi lại sau nếu bị từ chối.',
    en: 'A part at the centre has failed and is being seen to; keep logs and send again when refused.',
  },
};

function systemLine(all: readonly HealthLine[]): HealthLine {
  const states = all.map(({ state }) => state);
  const state = states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok';
  return {
    id: 'system',
    group: 'machine',
    state,
    name: { vi: 'Hệ thống', en: 'The system' },
    text: PLAIN[state],
    figures: {},
  };
}

/**
 * The health page of a place: its own sources, services and keys, and the plain state of the
 * system. Nothing in it counts what others have.
 */
export function ownHealth(own: OwnParts, all: readonly HealthLine[]): HealthLine[] {
  return [sourcesLine(own), servicesLine(own), keysLine(own), systemLine(all)];
}
