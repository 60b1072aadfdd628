import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';

import type { Clock } from '#libs/model';

import type { DoorCounters } from './counters.ts';
import { letGo } from './let-go.ts';
import type { InputLimits } from './limits.ts';
import { plainAddress } from './peer-address.ts';
import type { BodySink } from './sink.ts';
import { SyslogBodies } from './syslog-bodies.ts';
import { SyslogFramer } from './syslog-framing.ts';

/** Where a syslog door listens and what it works with. */
export interface SyslogNeeds {
  readonly address: string;
  readonly port: number;
  readonly limits: InputLimits;
  readonly sink: BodySink;
  readonly clock: Clock;
  readonly counters: DoorCounters;
}

/** What a door over TLS shows, and whom it lets in. PEM. */
export interface TlsMaterial {
  readonly cert: Buffer | string;
  readonly key: Buffer | string;
  /** Authority of the senders' certificates; without it a sender needs none. */
  readonly clientCa?: Buffer | string;
}

/** Debian's rsyslog with the gtls driver speaks 1.2 and no later. */
const TLS_VERSION_MIN = 'TLSv1.2';
const TLS_HANDSHAKE_MS = 15_000;
const SWEEP_MS = 5000;
const KEEP_ALIVE_MS = 60_000;
/** A connection idle for less than this never makes room for another. */
const ROOM_IDLE_MS = 10_000;
/** Time for what is already in the kernel's buffers when the door closes. */
const DRAIN_MS = 200;

interface Connection {
  readonly socket: Socket;
  readonly framer: SyslogFramer;
  unfinished: number;
  /** Since when a message is unfinished; `undefined` when none is. */
  unfinishedSince: number | undefined;
  lastData: number;
}

/**
 * Syslog over TCP, or over TLS (RFC 5425) when given a certificate. Reads eagerly: the protocol has
 * no reply, so what stands in socket buffers when
 * we end is lost, and what is in the spool is not. Sockets are paused only when the spool refuses
 * and memory is at its limit.
 */
export class SyslogTcp {
  readonly #needs: SyslogNeeds;
  readonly #door: 'syslog_tcp' | 'syslog_tls';
  readonly #server: Server;
  /** Connections whose handshake is not over. */
  readonly #strangers = new Set<Socket>();
  readonly #bodies: SyslogBodies;
  /** Longest idle first. */
  readonly #connections = new Map<Socket, Connection>();
  #unfinished = 0;
  #sweep: (() => void) | undefined;

  private constructor(needs: SyslogNeeds, tls: TlsMaterial | undefined) {
    this.#needs = needs;
    this.#door = tls === undefined ? 'syslog_tcp' : 'syslog_tls';
    const { sink, clock, counters, limits } = needs;
    const inFlightBytesMax = limits.syslog_in_flight_bytes_max;
    const door = this.#door;
    this.#bodies = new SyslogBodies({ door, sink, clock, counters, inFlightBytesMax }, (on) =>
      this.#press(on),
    );
    this.#server =
      tls === undefined ? createServer((socket) => this.#accept(socket)) : this.#secured(tls);
  }

  #secured(tls: TlsMaterial): Server {
    const { counters, limits } = this.#needs;
    const server = createSecureServer({
      cert: tls.cert,
      key: tls.key,
      minVersion: TLS_VERSION_MIN,
      handshakeTimeout: TLS_HANDSHAKE_MS,
      ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true }),
    });
    server.maxConnections = limits.tcp_connections_max;
    server.on('connection', (socket: Socket) => {
      this.#strangers.add(socket);
      socket.once('close', () => this.#strangers.delete(socket));
    });
    server.on('secureConnection', (socket) => this.#accept(socket));
    // What it is stands in the sender's own log; here only that somebody cannot send is told.
    server.on('tlsClientError', () => counters.count(this.#door, 'oddities', 1, 'tls_failed'));
    return server;
  }

  /**
   * Resolves when it listens; rejects with the system's error (EADDRINUSE, EACCES …), or OpenSSL's
   * when certificate and key are none or no pair.
   */
  static async start(needs: SyslogNeeds, tls?: TlsMaterial): Promise<SyslogTcp> {
    const door = new SyslogTcp(needs, tls);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    door.#server.once('error', reject);
    door.#server.listen({ host: needs.address, port: needs.port, backlog: 1024 }, resolve);
    await promise;
    door.#server.off('error', reject);
    door.#server.on('error', () =>
      needs.counters.count(door.#door, 'oddities', 1, 'accept_failed'),
    );
    door.#plan();
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** True while senders have to wait because the spool refuses. */
  get pressed(): boolean {
    return this.#bodies.pressed;
  }

  /** Takes no new connection, keeps what has come in, ends the connections. */
  async stop(): Promise<void> {
    this.#sweep?.();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { socket } of this.#connections.values()) {
      socket.resume();
      socket.end();
    }
    const drained = Promise.withResolvers<void>();
    const cancel = this.#needs.clock.after(DRAIN_MS, () => drained.resolve());
    await Promise.race([closed, drained.promise]);
    cancel();
    for (const connection of this.#connections.values()) {
      connection.framer.end();
      connection.socket.destroy();
    }
    for (const socket of this.#strangers) socket.destroy();
    await closed;
    await this.#bodies.stop();
  }

  #accept(socket: Socket): void {
    const { limits, counters, clock } = this.#needs;
    if (this.#connections.size >= limits.tcp_connections_max && !this.#makeRoom()) {
      counters.count(this.#door, 'rejected_bodies', 1, 'too_many_connections');
      socket.destroy();
      return;
    }
    counters.count(this.#door, 'connections');
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    const peer = plainAddress(socket.remoteAddress);
    const framer = new SyslogFramer(limits.message_bytes_max, (message, oddity) => {
      if (oddity !== undefined) counters.count(this.#door, 'oddities', 1, oddity);
      this.#bodies.add(peer, message);
    });
    const connection: Connection = {
      socket,
      framer,
      unfinished: 0,
      unfinishedSince: undefined,
      lastData: clock.now(),
    };
    this.#connections.set(socket, connection);
    if (this.#bodies.pressed) socket.pause();
    socket.on('data', (chunk: Buffer) => this.#data(connection, chunk));
    // An aborted connection is told by 'close'; what it sent before is kept either way.
    socket.on('error', () => counters.count(this.#door, 'oddities', 1, 'connection_broken'));
    socket.once('close', () => this.#gone(connection));
  }

  #data(connection: Connection, chunk: Buffer): void {
    const { socket, framer } = connection;
    connection.lastData = this.#needs.clock.now();
    this.#connections.delete(socket);
    this.#connections.set(socket, connection);
    framer.push(chunk);
    letGo(chunk);
    this.#account(connection, framer.unfinishedBytes);
    if (this.#unfinished <= this.#needs.limits.tcp_unfinished_bytes_max) return;
    this.#giveUp(connection, 'unfinished_limit');
  }

  #account(connection: Connection, unfinished: number): void {
    this.#unfinished += unfinished - connection.unfinished;
    connection.unfinished = unfinished;
    if (unfinished === 0) connection.unfinishedSince = undefined;
    else connection.unfinishedSince ??= connection.lastData;
  }

  #gone(connection: Connection): void {
    if (!this.#connections.delete(connection.socket)) return;
    connection.framer.end();
    this.#account(connection, 0);
  }

  #giveUp(connection: Connection, reason: string): void {
    this.#needs.counters.count(this.#door, 'oddities', 1, reason);
    connection.socket.destroy();
    this.#gone(connection);
  }

  #makeRoom(): boolean {
    const [oldest] = this.#connections.values();
    if (oldest === undefined) return false;
    if (this.#needs.clock.now() - oldest.lastData < ROOM_IDLE_MS) return false;
    this.#giveUp(oldest, 'idle_made_room');
    return true;
  }

  #plan(): void {
    this.#sweep = this.#needs.clock.after(SWEEP_MS, () => {
      const { limits, clock } = this.#needs;
      const now = clock.now();
      for (const connection of this.#connections.values()) {
        const since = connection.unfinishedSince ?? now;
        if (this.#bodies.pressed) break;
        if (now - since > limits.tcp_unfinished_ms) this.#giveUp(connection, 'unfinished_too_long');
        else if (now - connection.lastData > limits.tcp_idle_ms) this.#giveUp(connection, 'idle');
      }
      this.#plan();
    });
  }

  #press(pressed: boolean): void {
    for (const { socket } of this.#connections.values()) {
      if (pressed) socket.pause();
      else socket.resume();
    }
  }
}
