import type { WebSocket } from 'ws';

import type { Feed } from '#libs/incident';
import { covers, type Clock, type Place, type Principal } from '#libs/model';
import {
  CLOSE_SIGNED_OUT,
  DELTA_INTERVAL_MS,
  PING_INTERVAL_MS,
  type Delta,
  type ServerFrame,
} from '#libs/protocol';

import { parseClientFrame } from './client-frame.ts';

/** A console that reads so slowly that this much waits for it loses its queue and lists anew. */
export const BUFFERED_BYTES_MAX = 1_048_576;
/** Consoles connected at once; one more is turned away. */
export const CONSOLES_MAX = 2_000;
/**
 * How far a console's number may lag when nothing of its scope changed, before it is told anyway.
 */
const QUIET_CHANGES_MAX = 1_000;
const CLOCK_INTERVAL_MS = 5_000;
/** Who looks at what is told this often at most: cursors move with every key. */
const PRESENCE_INTERVAL_MS = 200;
/** A console that is ahead of this server waits so long for it to catch up, looking so often. */
const CATCH_UP_MS = 5_000;
const CATCH_UP_LOOK_MS = 50;
const CLOSE_TOO_MANY = 1013;

/** Figures of the footer of every console. */
export interface Pulse {
  readonly lagSeconds: number;
  readonly sending: number;
  readonly expected: number;
  /** Keys that bring data of which the register knows no source. */
  readonly unregistered: number;
}

export interface LiveNeeds {
  readonly feed: Feed;
  readonly clock: Clock;
  /** Sources sending and expected, in the scope of who asks. */
  readonly pulse: (scope: Place) => Pulse;
  /** Place of an incident, for presence; `undefined` when it is unknown. */
  readonly placeOf: (incident: string) => Place | undefined;
  /** Whether the session is still good; asked before every clock frame. */
  readonly alive: (session: string) => boolean;
}

interface Console {
  readonly socket: WebSocket;
  readonly who: Principal;
  readonly session: string;
  /** Number of the last change it was sent; `undefined` until it subscribes. */
  seq: number | undefined;
  incident: string | null;
  working: boolean;
  heard: boolean;
}

/** Every console that is connected, and what it has been told (console.md §3.2). */
export class LiveHub {
  readonly #needs: LiveNeeds;
  readonly #consoles = new Set<Console>();
  readonly #stopListening: () => void;
  readonly #timers: NodeJS.Timeout[];
  #flush: NodeJS.Timeout | undefined;
  #presence: NodeJS.Timeout | undefined;
  #resyncs = 0;

  constructor(needs: LiveNeeds) {
    this.#needs = needs;
    this.#stopListening = needs.feed.listen(() => this.#flushSoon());
    this.#timers = [
      setInterval(() => this.#tellClock(), CLOCK_INTERVAL_MS),
      setInterval(() => this.#pingAll(), PING_INTERVAL_MS),
    ];
  }

  /** Number of the last change; a list asked for now holds at least that. */
  get seq(): number {
    return this.#needs.feed.seq;
  }

  get consoles(): number {
    return this.#consoles.size;
  }

  /** Consoles that had to list anew because they read too slowly or came back too late. */
  get resyncs(): number {
    return this.#resyncs;
  }

  /** Takes a connection whose sender is known. */
  join(socket: WebSocket, who: Principal, session: string): void {
    if (this.#consoles.size >= CONSOLES_MAX) {
      socket.close(CLOSE_TOO_MANY, 'too many consoles');
      return;
    }
    const console: Console = {
      socket,
      who,
      session,
      seq: undefined,
      incident: null,
      working: false,
      heard: true,
    };
    this.#consoles.add(console);
    socket.on('message', (raw) => this.#hear(console, raw));
    socket.on('pong', () => {
      console.heard = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#consoles.delete(console);
      if (console.incident !== null) this.#presenceSoon();
    });
    sendBytes(socket, this.#clockFor(who.scope));
  }

  /** Ends every connection. */
  close(): void {
    this.#stopListening();
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#flush);
    clearTimeout(this.#presence);
    for (const { socket } of this.#consoles) socket.close(1001, 'going down');
  }

  #hear(console: Console, raw: unknown): void {
    console.heard = true;
    const frame = parseClientFrame(raw);
    if (frame === undefined) {
      console.socket.close(1003, 'not a frame of this protocol');
      return;
    }
    if (frame.event === 'ping') send(console.socket, { event: 'pong', data: {} });
    if (frame.event === 'subscribe') this.#subscribe(console, frame.data.since, CATCH_UP_MS);
    if (frame.event === 'presence') {
      console.incident = frame.data.incident;
      console.working = frame.data.working;
      this.#presenceSoon();
    }
  }

  #subscribe(console: Console, since: number, patienceMs: number): void {
    if (!this.#consoles.has(console)) return;
    const delta = this.#needs.feed.since(since, console.who.scope);
    if (delta === 'not_yet' && patienceMs > 0) {
      const again = (): void => this.#subscribe(console, since, patienceMs - CATCH_UP_LOOK_MS);
      setTimeout(again, CATCH_UP_LOOK_MS).unref();
      return;
    }
    if (typeof delta === 'string') {
      this.#resync(console);
      return;
    }
    const { seq } = this.#needs.feed;
    send(console.socket, { event: 'subscribed', data: { topic: 'incidents', seq } });
    console.seq = since;
    if (delta.from <= delta.to) tell(console, madeOf(delta));
    sendBytes(console.socket, this.#presenceFor(console.who.scope));
  }

  #resync(console: Console): void {
    this.#resyncs += 1;
    const { seq } = this.#needs.feed;
    console.seq = undefined;
    send(console.socket, { event: 'resync', data: { seq } });
  }

  #flushSoon(): void {
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      this.#flushAll();
    }, DELTA_INTERVAL_MS);
  }

  #flushAll(): void {
    const made = new Map<string, Made | 'too_old'>();
    for (const console of this.#consoles) {
      if (console.seq === undefined || console.seq >= this.#needs.feed.seq) continue;
      if (console.socket.bufferedAmount > BUFFERED_BYTES_MAX) {
        this.#resync(console);
        continue;
      }
      const { scope } = console.who;
      const key = `${console.seq} ${scopeKey(scope)}`;
      const next = made.get(key) ?? this.#make(console.seq, scope);
      made.set(key, next);
      if (next === 'too_old') this.#resync(console);
      else tell(console, next);
    }
  }

  #make(seq: number, scope: Place): Made | 'too_old' {
    const delta = this.#needs.feed.since(seq, scope);
    return typeof delta === 'string' ? 'too_old' : madeOf(delta);
  }

  #presenceSoon(): void {
    this.#presence ??= setTimeout(() => {
      this.#presence = undefined;
      this.#tellPresence();
    }, PRESENCE_INTERVAL_MS);
  }

  #tellPresence(): void {
    const made = new Map<string, Buffer>();
    for (const { socket, who } of this.#consoles) {
      const key = scopeKey(who.scope);
      const bytes = made.get(key) ?? this.#presenceFor(who.scope);
      made.set(key, bytes);
      sendBytes(socket, bytes);
    }
  }

  /** Who looks at which incident, as far as this scope may know. */
  #presenceFor(scope: Place): Buffer {
    const people = [...this.#consoles].flatMap(({ who, incident, working }) => {
      if (incident === null) return [];
      const place = this.#needs.placeOf(incident);
      if (place === undefined || !covers(scope, place)) return [];
      return [{ user: who.user, name: who.name, incident, working }];
    });
    return bytesOf({ event: 'presence', data: { people } });
  }

  #tellClock(): void {
    const made = new Map<string, Buffer>();
    for (const { socket, session, who } of this.#consoles) {
      if (!this.#needs.alive(session)) {
        socket.close(CLOSE_SIGNED_OUT, 'signed out');
        continue;
      }
      const key = scopeKey(who.scope);
      const bytes = made.get(key) ?? this.#clockFor(who.scope);
      made.set(key, bytes);
      sendBytes(socket, bytes);
    }
  }

  #clockFor(scope: Place): Buffer {
    const { lagSeconds: lag, ...sources } = this.#needs.pulse(scope);
    const now = new Date(this.#needs.clock.now()).toISOString();
    return bytesOf({ event: 'clock', data: { now, lag, ...sources } });
  }

  #pingAll(): void {
    for (const console of this.#consoles) {
      // Two intervals without a word: the link is dead even if nobody closed it.
      if (!console.heard) {
        console.socket.terminate();
        continue;
      }
      console.heard = false;
      console.socket.ping();
    }
  }
}

/** Changes and the bytes that say them: the same for all who stand level in one scope. */
interface Made {
  readonly to: number;
  /** `undefined` while there is nothing to tell: the number may lag a little. */
  readonly bytes: Buffer | undefined;
}

function madeOf(delta: Delta): Made {
  const empty = delta.set.length + delta.add.length + delta.drop.length === 0;
  const untold = empty && delta.to - delta.from < QUIET_CHANGES_MAX;
  return { to: delta.to, bytes: untold ? undefined : bytesOf({ event: 'delta', data: delta }) };
}

function tell(console: Console, { to, bytes }: Made): void {
  if (bytes === undefined) return;
  console.seq = to;
  sendBytes(console.socket, bytes);
}

function scopeKey({ province, commune }: Place): string {
  return `${province} ${commune ?? ''}`;
}

function bytesOf(frame: ServerFrame): Buffer {
  return Buffer.from(JSON.stringify(frame));
}

function sendBytes(socket: WebSocket, bytes: Buffer): void {
  if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: false });
}

function send(socket: WebSocket, frame: ServerFrame): void {
  sendBytes(socket, bytesOf(frame));
}
