import type { IncomingMessage } from 'node:http';

import { Inject, type OnApplicationShutdown } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import type { WebSocket } from 'ws';

import { Auth, checkOrigin, scopeOf } from '#libs/auth';
import type { Principal } from '#libs/model';
import { CLOSE_SIGNED_OUT } from '#libs/protocol';

import { ServerSettings } from '../access/server-settings.ts';
import { sessionToken } from '../access/session-cookie.ts';
import { CLIENT_FRAME_BYTES_MAX } from './client-frame.ts';
import { LiveHub } from './live-hub.ts';

const BEARER = 'Bearer ';

/**
 * The websocket `/console`: a page is known by its session cookie and is one of our own, a program
 * by an API key or by the cookie that it was given.
 */
@WebSocketGateway({
  path: '/console',
  maxPayload: CLIENT_FRAME_BYTES_MAX,
  perMessageDeflate: false,
})
export class LiveGateway implements OnGatewayConnection<WebSocket>, OnApplicationShutdown {
  readonly #hub: LiveHub;
  readonly #auth: Auth;
  readonly #settings: ServerSettings;

  constructor(
    @Inject(LiveHub) hub: LiveHub,
    @Inject(Auth) auth: Auth,
    @Inject(ServerSettings) settings: ServerSettings,
  ) {
    this.#hub = hub;
    this.#auth = auth;
    this.#settings = settings;
  }

  async handleConnection(socket: WebSocket, request: IncomingMessage): Promise<void> {
    // What a console sends before it is known waits; it is heard once it is let in.
    socket.pause();
    const { origin, host } = request.headers;
    // A browser names its page with every websocket; a program names none.
    if (checkOrigin(origin, host, this.#settings.publicUrl) === 'foreign') {
      refuse(socket, 'wrong origin');
      return;
    }
    const known = await this.#known(request);
    if (known === undefined) {
      refuse(socket, 'not signed in');
      return;
    }
    const { principal, session } = known;
    this.#hub.join(socket, { ...principal, scope: scopeOf(principal) }, session);
    socket.resume();
  }

  /** Who connects, and by what; undefined for whoever is not let in. */
  async #known({
    headers: { authorization, cookie },
  }: IncomingMessage): Promise<Known | undefined> {
    if (authorization?.startsWith(BEARER) === true) {
      const principal = await this.#auth.keys.principalOf(authorization.slice(BEARER.length));
      return 'reason' in principal ? undefined : { principal, session: principal.user };
    }
    const token = sessionToken(cookie);
    if (token === undefined) return undefined;
    const found = await this.#auth.sessions.authenticate(token);
    if ('reason' in found || found.mustChangePassword) return undefined;
    return { principal: found.principal, session: found.session.id };
  }

  onApplicationShutdown(): void {
    this.#hub.close();
  }
}

interface Known {
  readonly principal: Principal;
  readonly session: string;
}

/** A socket that is paused would never hear the answer to its close, and stay for half a minute. */
function refuse(socket: WebSocket, why: string): void {
  socket.resume();
  socket.close(CLOSE_SIGNED_OUT, why);
}
