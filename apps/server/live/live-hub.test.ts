import { EventEmitter } from 'node:events';

import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WebSocket } from 'ws';

import type { Feed } from '#libs/incident';
import { ManualClock, type Place, type Principal } from '#libs/model';
import type { Delta, ServerFrame } from '#libs/protocol';

import { parseClientFrame } from './client-frame.ts';
import { BUFFERED_BYTES_MAX, LiveHub } from './live-hub.ts';

type DataOf<K extends ServerFrame['event']> = Extract<ServerFrame, { event: K }>['data'];

/** A connection whose other side is the test. */
class Line extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  closed: number | undefined;
  readonly frames: ServerFrame[] = [];

  readonly bytes: Buffer[] = [];

  send(bytes: Buffer): void {
    this.bytes.push(bytes);
    this.frames.push(JSON.parse(bytes.toString()) as ServerFrame);
  }

  close(code: number): void {
    this.closed = code;
    this.readyState = 3;
    this.emit('close');
  }

  terminate(): void {
    this.close(1006);
  }

  ping(): void {
    this.emit('pinged');
  }

  says(frame: unknown): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)));
  }

  of<K extends ServerFrame['event']>(event: K): DataOf<K>[] {
    const found = this.frames.filter((frame) => frame.event === event);
    return found.map(({ data }) => data as unknown as DataOf<K>);
  }
}

/** A feed of numbered changes of which each belongs to one province. */
function feedOf(places: string[]) {
  let hear: (seq: number) => void = () => undefined;
  const feed: Feed = {
    get seq() {
      return places.length;
    },
    since(seq: number, scope: Place): Delta | 'too_old' {
      if (seq > places.length) return 'too_old';
      const set = places
        .slice(seq)
        .map((province, at) => ({ province, id: `SC-${seq + at + 1}` }))
        .filter(({ province }) => scope.province === '00' || scope.province === province)
        .map(({ id }) => [id, {}] as const);
      return { from: seq + 1, to: places.length, set, add: [], drop: [] };
    },
    listen(listener) {
      hear = listener;
      return () => undefined;
    },
  };
  return {
    feed,
    push(...more: string[]) {
      places.push(...more);
      hear(places.length);
    },
  };
}

function person(province: string): Principal {
  return { user: `an.${province}`, name: 'An', role: 'analyst', scope: { province } };
}

function hubOver(feed: Feed, alive = (): boolean => true): LiveHub {
  vi.useFakeTimers();
  const hub = new LiveHub({
    feed,
    clock: new ManualClock(0),
    pulse: () => ({ lagSeconds: 1, sending: 2, expected: 3, unregistered: 0 }),
    placeOf: (incident) => (incident === 'SC-46' ? { province: '46' } : undefined),
    alive,
  });
  onTestFinished(() => {
    hub.close();
    vi.useRealTimers();
  });
  return hub;
}

function join(hub: LiveHub, who: Principal, since?: number): Line {
  const line = new Line();
  hub.join(line as unknown as WebSocket, who, 'session');
  if (since !== undefined) {
    line.says({ event: 'subscribe', data: { topic: 'incidents', since } });
  }
  return line;
}

describe('LiveHub', () => {
  it('gathers changes for a tenth of a second and numbers what it sends without a gap', () => {
    const changes = feedOf(['01']);
    const line = join(hubOver(changes.feed), person('00'), 0);
    changes.push('46');
    changes.push('01');
    vi.advanceTimersByTime(100);
    changes.push('01');
    vi.advanceTimersByTime(100);
    expect(line.of('delta').map(({ from, to }) => [from, to])).toEqual([
      [1, 1],
      [2, 3],
      [4, 4],
    ]);
  });

  it('makes the bytes of a change once for all who see the same', () => {
    const changes = feedOf([]);
    const hub = hubOver(changes.feed);
    const [one, other, hue] = ['00', '00', '46'].map((province) => join(hub, person(province), 0));
    changes.push('46');
    vi.advanceTimersByTime(100);
    const last = [one, other, hue].map((line) => line?.bytes.at(-1));
    expect(last[0]).toBe(last[1]);
    expect(last[0]).not.toBe(last[2]);
    expect(last[0]).toEqual(last[2]);
  });

  it('tells of cursors that move with every key a few times a second', () => {
    const hub = hubOver(feedOf([]).feed);
    const watcher = join(hub, person('00'), 0);
    const mover = join(hub, person('00'), 0);
    const before = watcher.of('presence').length;
    for (let n = 0; n < 20; n += 1) {
      mover.says({ event: 'presence', data: { incident: 'SC-46', working: n % 2 === 0 } });
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(200);
    expect(watcher.of('presence').length - before).toBe(1);
    expect(watcher.of('presence').at(-1)?.people).toMatchObject([{ working: false }]);
  });

  it('tells a province only of its own rows, and still goes on without a gap', () => {
    const changes = feedOf([]);
    const line = join(hubOver(changes.feed), person('46'), 0);
    changes.push('01', '01');
    vi.advanceTimersByTime(100);
    expect(line.of('delta')).toEqual([]);
    changes.push('46');
    vi.advanceTimersByTime(100);
    expect(line.of('delta')).toMatchObject([{ from: 1, to: 3, set: [['SC-3', {}]] }]);
  });

  it('asks a console to list anew that comes back too late or reads too slowly', () => {
    const changes = feedOf(['01']);
    const hub = hubOver(changes.feed);
    const late = join(hub, person('00'), 99);
    expect(late.of('resync')).toEqual([{ seq: 1 }]);
    const slow = join(hub, person('00'), 1);
    slow.bufferedAmount = BUFFERED_BYTES_MAX + 1;
    changes.push('01');
    vi.advanceTimersByTime(100);
    expect(slow.of('resync')).toEqual([{ seq: 2 }]);
    expect(hub.resyncs).toBe(2);
  });

  it('shows who works on an incident only to those who may see it', () => {
    const hub = hubOver(feedOf([]).feed);
    const [hue, hanoi] = [join(hub, person('46'), 0), join(hub, person('01'), 0)];
    const worker = join(hub, person('00'), 0);
    worker.says({ event: 'presence', data: { incident: 'SC-46', working: true } });
    vi.advanceTimersByTime(200);
    expect(hue.of('presence').at(-1)?.people).toHaveLength(1);
    expect(hanoi.of('presence').at(-1)?.people).toEqual([]);
    worker.close(1000);
    vi.advanceTimersByTime(200);
    expect(hue.of('presence').at(-1)?.people).toEqual([]);
  });

  it('closes a console whose session ended, and one that has been dead for two pings', () => {
    let signedIn = true;
    const hub = hubOver(feedOf([]).feed, () => signedIn);
    const line = join(hub, person('00'));
    vi.advanceTimersByTime(20_000);
    line.emit('pong');
    vi.advanceTimersByTime(20_000);
    expect(line.closed).toBeUndefined();
    vi.advanceTimersByTime(20_000);
    expect(line.closed).toBe(1006);
    const other = join(hub, person('00'));
    signedIn = false;
    vi.advanceTimersByTime(5_000);
    expect(other.closed).toBe(4401);
  });

  it('closes a connection that sends what is no frame', () => {
    const line = join(hubOver(feedOf([]).feed), person('00'));
    line.says({ event: 'subscribe', data: { topic: 'users', since: 0 } });
    expect(line.closed).toBe(1003);
    expect(parseClientFrame(Buffer.from('{"event":"ping","data":{}}'))).toBeDefined();
    expect(parseClientFrame(Buffer.from('[1'))).toBeUndefined();
    expect(parseClientFrame(Buffer.alloc(5_000, 32))).toBeUndefined();
  });
});
