import {
  type ClientFrame,
  CLOSE_SIGNED_OUT,
  DEAD_AFTER_MS,
  PING_INTERVAL_MS,
  type ServerFrame,
} from '#libs/protocol';

/** Where the connection stands; `retryAt` is on the local monotonic clock, in ms. */
export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'waiting'; readonly retryAt: number }
  | { readonly kind: 'signed_out' };

const BACKOFF_MS_MIN = 300;
const BACKOFF_MS_MAX = 15_000;

/** What the link needs of a browser; a test gives Node's. */
export interface LinkWorld {
  readonly open: () => WebSocket;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * One websocket that comes back by itself, with a jittered backoff, until it is closed or the
 * session has ended.
 */
export class LiveLink {
  readonly #world: LinkWorld;
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #ping: ReturnType<typeof setInterval> | null = null;
  #heard = 0;
  #attempts = 0;
  #closed = true;
  opened: () => void = () => {};
  frame: (frame: ServerFrame) => void = () => {};
  moved: (state: LinkState) => void = () => {};

  constructor(world: LinkWorld) {
    this.#world = world;
  }

  /** Connects now, whatever the backoff says. */
  connect(): void {
    this.#closed = false;
    this.#stopTimers();
    this.#drop();
    this.#dial();
  }

  close(): void {
    this.#closed = true;
    this.#stopTimers();
    this.#drop();
  }

  /** True when the frame went out; a frame on a broken link is gone. */
  send(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #dial(): void {
    this.moved({ kind: 'connecting' });
    const socket = this.#world.open();
    this.#socket = socket;
    socket.onopen = () => {
      if (this.#socket !== socket) return;
      this.#heard = this.#world.now();
      this.#ping = setInterval(() => this.#beat(), PING_INTERVAL_MS / 2);
      this.moved({ kind: 'connected' });
      this.opened();
    };
    socket.onmessage = (message: MessageEvent) => {
      if (this.#socket !== socket) return;
      this.#heard = this.#world.now();
      this.#attempts = 0;
      this.frame(JSON.parse(String(message.data)) as ServerFrame);
    };
    socket.onclose = (event: CloseEvent) => {
      if (this.#socket === socket) this.#lost(event.code);
    };
  }

  #beat(): void {
    if (this.#world.now() - this.#heard > DEAD_AFTER_MS) this.#lost(0);
    else this.send({ event: 'ping', data: {} });
  }

  #lost(code: number): void {
    this.#stopTimers();
    this.#drop();
    if (this.#closed) return;
    if (code === CLOSE_SIGNED_OUT) {
      this.moved({ kind: 'signed_out' });
      return;
    }
    const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** this.#attempts);
    const wait = full / 2 + (full / 2) * this.#world.random();
    this.#attempts += 1;
    this.moved({ kind: 'waiting', retryAt: this.#world.now() + wait });
    this.#retry = setTimeout(() => this.#dial(), wait);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #stopTimers(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#ping !== null) clearInterval(this.#ping);
    this.#retry = null;
    this.#ping = null;
  }
}
