import type { AddressInfo } from 'node:net';

import { fastify, type FastifyInstance } from 'fastify';

import type { DoorCounters, InputLimits } from '#libs/input';

import { HTTP_TIMEOUTS, type Listener } from './settings.ts';

/** An HTTP listener of its own for senders that cannot take a path. */
export interface BulkListener {
  readonly port: number;
  stop(): Promise<void>;
}

/** Resolves when it listens; rejects with the system's error. */
export async function startBulkListener(
  listener: Listener,
  limits: InputLimits,
  counters: DoorCounters,
  door: (scope: FastifyInstance) => Promise<void>,
): Promise<BulkListener> {
  const { keepAliveTimeout, requestTimeout, headersTimeout, connectionsCheckingInterval } =
    HTTP_TIMEOUTS;
  const app = fastify({
    keepAliveTimeout,
    requestTimeout,
    bodyLimit: limits.body_bytes_max,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // A 503 on the way down would make rsyslog drop its batch; the door answers as under overload.
    return503OnClosing: false,
    http: { headersTimeout, connectionsCheckingInterval },
  });
  await app.register(door);
  app.server.maxConnections = limits.http_connections_max;
  app.server.on('drop', () => counters.count('bulk', 'rejected_bodies', 1, 'too_many_connections'));
  await app.listen({ host: listener.address, port: listener.port, backlog: 1024 });
  return {
    port: (app.server.address() as AddressInfo).port,
    stop: () => app.close(),
  };
}
