import type { IncomingMessage } from 'node:http';

import { Inject, type OnApplicationShutdown } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import type { WebSocket } from 'ws';

import { Auth, checkOrigin, scopeOf } from '#libs/auth';
import { CLOSE_SIGNED_OUT } from '#libs/protocol';

import { ServerSettings } from '../access/server-settings.ts';
import { sessionToken } from '../access/session-cookie.ts';
import { CLIENT_FRAME_BYTES_MAX } from './client-frame.ts';
import { LiveHub } from './live-hub.ts';

/**
 * The websocket `/console`: who connects is known by the session cookie and comes from our own
 * pages.
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
    const { cookie, origin, host } = request.headers;
    const token = sessionToken(cookie);
    const foreign = checkOrigin(origin, host, this.#settings.publicUrl) !== 'own';
    if (token === undefined || foreign) {
      refuse(socket, foreign ? 'wrong origin' : 'not signed in');
      return;
    }
    const found = await this.#auth.sessions.authenticate(token);
    if ('reason' in found || found.mustChangePassword) {
      refuse(socket, 'not signed in');
      return;
    }
    const { principal, session } = found;
    this.#hub.join(socket, { ...principal, scope: scopeOf(principal) }, session.id);
    socket.resume();
  }

  onApplicationShutdown(): void {
    this.#hub.close();
  }
}

/** A socket that is paused would never hear the answer to its close, and stay for half a minute. */
function refuse(socket: WebSocket, why: string): void {
  socket.resume();
  socket.close(CLOSE_SIGNED_OUT, why);
}
