import type { DoorCounters, DoorName, SyslogTcp, SyslogUdp } from '#libs/input';
import type { HealthLine } from '#libs/protocol';

import type { Intake } from './intake.ts';

/** The doors that are open, as the health page asks for them. */
export interface OpenDoors {
  readonly intake: Intake;
  readonly counters: DoorCounters;
  readonly udp: SyslogUdp | undefined;
  readonly tcp: SyslogTcp | undefined;
  readonly tls: SyslogTcp | undefined;
  readonly bulkPort: number | undefined;
}

type Words = HealthLine['text'];

const NAMES: Readonly<Record<DoorName, Words>> = {
  http: { vi: 'Cửa nhận HTTP', en: 'HTTP input' },
  bulk: { vi: 'Cửa nhận _bulk', en: '_bulk input' },
  syslog_udp: { vi: 'Cửa nhận syslog UDP', en: 'Syslog UDP input' },
  syslog_tcp: { vi: 'Cửa nhận syslog TCP', en: 'Syslog TCP input' },
  syslog_tls: { vi: 'Cửa nhận syslog TLS', en: 'Syslog TLS input' },
};

const OFF: Words = { vi: 'Đã tắt trong cấu hình.', en: 'Switched off in the configuration.' };

const NOT_CONFIGURED: Words = {
  vi: 'Chưa bật: cần chứng thư và khóa trong cấu hình.',
  en: 'Not on: it needs a certificate and a key in the configuration.',
};

const REASONS: Readonly<Record<string, Words>> = {
  spool_full: { vi: 'vùng đệm đã đầy', en: 'the spool is full' },
  disk_full: { vi: 'đĩa đã đầy', en: 'the disk is full' },
  disk_error: { vi: 'đĩa báo lỗi', en: 'the disk reports errors' },
  busy: { vi: 'đĩa ghi không kịp', en: 'the disk is too slow' },
  memory_limit: {
    vi: 'bộ nhớ dành cho dữ liệu đang đến đã hết',
    en: 'memory in flight is at its limit',
  },
  closed: { vi: 'đang dừng', en: 'stopping' },
};

function held(state: string): Words {
  const why = REASONS[state] ?? { vi: state, en: state };
  return {
    vi: `Tạm chưa nhận thêm vì ${why.vi}; bên gửi phải chờ hoặc gửi lại.`,
    en: `Taking nothing more for now because ${why.en}; senders wait or send again.`,
  };
}

function figures(counters: DoorCounters, door: DoorName): Record<string, number> {
  const values: Record<string, number> = { accepted_events: 0, accepted_bodies: 0 };
  for (const { door: of, name, reason, value } of counters.list()) {
    if (of === door) values[reason === undefined ? name : `${name}_${reason}`] = value;
  }
  return values;
}

function taken(counters: DoorCounters, door: DoorName): Words {
  const events = counters.sum(door, 'accepted_events');
  const bodies = counters.sum(door, 'rejected_bodies');
  const lost = counters.sum(door, 'dropped_messages');
  const repeats = counters.sum(door, 'repeats');
  const vi = [`Đang nhận; đã nhận ${events.toLocaleString('vi-VN')} bản ghi từ lúc khởi động`];
  const en = [`Open; ${events.toLocaleString('en-GB')} records taken since the start`];
  if (bodies > 0) {
    vi.push(`từ chối ${bodies} lần`);
    en.push(`${bodies} refusals`);
  }
  if (repeats > 0) {
    vi.push(`bỏ qua ${repeats} lô gửi lặp`);
    en.push(`${repeats} repeated batches left out`);
  }
  if (lost > 0) {
    vi.push(`mất ${lost} bản tin`);
    en.push(`${lost} messages lost`);
  }
  return { vi: `${vi.join(', ')}.`, en: `${en.join(', ')}.` };
}

function line(
  open: OpenDoors,
  door: DoorName,
  state: HealthLine['state'],
  text: Words,
): HealthLine {
  return {
    id: `door_${door}`,
    group: 'door',
    state,
    name: NAMES[door],
    text,
    figures: figures(open.counters, door),
  };
}

function httpLine(open: OpenDoors, door: 'http' | 'bulk'): HealthLine {
  const { state } = open.intake;
  if (state !== 'ok') return line(open, door, 'degraded', held(state));
  return line(open, door, 'ok', taken(open.counters, door));
}

function tcpLine(open: OpenDoors, name: 'syslog_tcp' | 'syslog_tls'): HealthLine {
  const { intake, counters } = open;
  const door = name === 'syslog_tcp' ? open.tcp : open.tls;
  if (door === undefined)
    return line(open, name, 'off', name === 'syslog_tcp' ? OFF : NOT_CONFIGURED);
  const state = door.pressed ? 'memory_limit' : intake.state;
  const good = state === 'ok';
  const text = good ? taken(counters, name) : held(state);
  const shown = line(open, name, good ? 'ok' : 'degraded', text);
  return { ...shown, figures: { ...shown.figures, open_connections: door.connections } };
}

function udpLine(open: OpenDoors): HealthLine {
  const { udp, counters } = open;
  if (udp === undefined) return line(open, 'syslog_udp', 'off', OFF);
  if (udp.failed !== undefined) {
    const vi = `Không nhận được nữa: ${udp.failed}`;
    return line(open, 'syslog_udp', 'down', { vi, en: `Receives nothing any more: ${udp.failed}` });
  }
  const lost = counters.sum('syslog_udp', 'dropped_messages') > 0;
  const shown = line(open, 'syslog_udp', lost ? 'degraded' : 'ok', taken(counters, 'syslog_udp'));
  const buffer = udp.receiveBufferBytes;
  return {
    ...shown,
    figures: { ...shown.figures, kernel_drops: udp.drops, receive_buffer_bytes: buffer },
  };
}

/** One line for each door, in words a duty officer understands. */
export function doorHealth(open: OpenDoors): readonly HealthLine[] {
  return [
    httpLine(open, 'http'),
    httpLine(open, 'bulk'),
    tcpLine(open, 'syslog_tcp'),
    tcpLine(open, 'syslog_tls'),
    udpLine(open),
  ];
}
