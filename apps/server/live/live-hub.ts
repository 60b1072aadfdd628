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
  #resyncs = 0;

  constructor(needs: LiveNeeds) {
    this.#needs = needs;
    this.#stopListening = needs.feed.listen(() => this.#flushSoon());
    this.#timers = [
      setInterval(() => this.#tellClock(), CLOCK_INTERVAL_MS),
      setInterval(() => this.#pingAll(), PING_INTERVAL_MS),
    ];
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
      if (console.incident !== null) this.#tellPresence();
    });
    this.#sendClock(console);
  }

  /** Ends every connection. */
  close(): void {
    this.#stopListening();
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#flush);
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
    if (frame.event === 'subscribe') this.#subscribe(console, frame.data.since);
    if (frame.event === 'presence') {
      console.incident = frame.data.incident;
      console.working = frame.data.working;
      this.#tellPresence();
    }
  }

  #subscribe(console: Console, since: number): void {
    const delta = this.#needs.feed.since(since, console.who.scope);
    if (delta === 'too_old') {
      this.#resync(console);
      return;
    }
    const { seq } = this.#needs.feed;
    send(console.socket, { event: 'subscribed', data: { topic: 'incidents', seq } });
    console.seq = since;
    if (delta.from <= delta.to) this.#sendDelta(console, delta);
    this.#sendPresence(console);
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
    // Consoles of one scope that are level get the very same bytes.
    const made = new Map<string, Delta | 'too_old'>();
    for (const console of this.#consoles) {
      if (console.seq === undefined || console.seq >= this.#needs.feed.seq) continue;
      if (console.socket.bufferedAmount > BUFFERED_BYTES_MAX) {
        this.#resync(console);
        continue;
      }
      const { scope } = console.who;
      const key = `${console.seq} ${scope.province} ${scope.commune ?? ''}`;
      const delta = made.get(key) ?? this.#needs.feed.since(console.seq, scope);
      made.set(key, delta);
      if (delta === 'too_old') this.#resync(console);
      else this.#sendDelta(console, delta);
    }
  }

  #sendDelta(console: Console, delta: Delta): void {
    const empty = delta.set.length + delta.add.length + delta.drop.length === 0;
    if (empty && delta.to - delta.from < QUIET_CHANGES_MAX) return;
    console.seq = delta.to;
    send(console.socket, { event: 'delta', data: delta });
  }

  #tellPresence(): void {
    for (const console of this.#consoles) this.#sendPresence(console);
  }

  #sendPresence(console: Console): void {
    const people = [...this.#consoles].flatMap(({ who, incident, working }) => {
      if (incident === null) return [];
      const place = this.#needs.placeOf(incident);
      if (place === undefined || !covers(console.who.scope, place)) return [];
      return [{ user: who.user, name: who.name, incident, working }];
    });
    send(console.socket, { event: 'presence', data: { people } });
  }

  #tellClock(): void {
    for (const console of this.#consoles) {
      if (this.#needs.alive(console.session)) this.#sendClock(console);
      else console.socket.close(CLOSE_SIGNED_OUT, 'signed out');
    }
  }

  #sendClock(console: Console): void {
    const { lagSeconds: lag, ...sources } = this.#needs.pulse(console.who.scope);
    const now = new Date(this.#needs.clock.now()).toISOString();
    send(console.socket, { event: 'clock', data: { now, lag, ...sources } });
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

function send(socket: WebSocket, frame: ServerFrame): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}
