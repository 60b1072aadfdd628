import type { AddressInfo } from 'node:net';

import { fastify, type FastifyInstance } from 'fastify';

import type { DoorCounters, InputLimits } from '#libs/input';

import { HTTP_TIMEOUTS, type Listener } from './settings.ts';

/** Bounds the connections of a server, and the time for headers, before it listens. */
export function limitConnections(
  app: FastifyInstance,
  limits: InputLimits,
  onRefused: () => void,
): void {
  app.server.headersTimeout = limits.http_headers_ms;
  app.server.maxConnections = limits.http_connections_max;
  app.server.on('drop', onRefused);
}

/** An HTTP listener of its own for senders that cannot take a path. */
export interface BulkListener {
  readonly port: number;
  stop(): Promise<void>;
}

function serverOf({ tls }: Listener, limits: InputLimits): FastifyInstance {
  const { headersTimeout, connectionsCheckingInterval, ...timeouts } = HTTP_TIMEOUTS;
  const node = { headersTimeout, connectionsCheckingInterval };
  const options = {
    ...timeouts,
    bodyLimit: limits.body_bytes_max,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // A 503 on the way down would make rsyslog drop its batch; the door answers as under overload.
    return503OnClosing: false,
  } as const;
  if (tls !== undefined) {
    return fastify({ ...options, https: { ...node, ...tls } });
  }
  return fastify({ ...options, http: node });
}

/** Resolves when it listens; rejects with the system's error. */
export async function startBulkListener(
  listener: Listener,
  limits: InputLimits,
  counters: DoorCounters,
  door: (scope: FastifyInstance) => Promise<void>,
): Promise<BulkListener> {
  const app = serverOf(listener, limits);
  await app.register(door);
  limitConnections(app, limits, () =>
    counters.count('bulk', 'rejected_bodies', 1, 'too_many_connections'),
  );
  await app.listen({ host: listener.address, port: listener.port, backlog: 1024 });
  return {
    port: (app.server.address() as AddressInfo).port,
    stop: () => app.close(),
  };
}
