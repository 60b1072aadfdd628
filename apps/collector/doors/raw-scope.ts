import type { IncomingMessage } from 'node:http';

import type { FastifyInstance } from 'fastify';

import type { Clock } from '#libs/model';

/** In this scope bodies are left in the socket: the doors read, limit and hold them themselves. */
export function leaveBodiesUnread(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  // Senders name all kinds of types, some of them malformed; none of them changes how a body is
  // read.
  scope.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type'];
    done();
  });
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

const DRAIN_BYTES_MAX = 16 * 1_048_576;
const DRAIN_MS = 5000;

/**
 * After a refusal the client may still be sending; closing at once would reset the connection
 * before it has read the refusal. So the rest is read and forgotten for a short while, then the
 * connection is cut.
 */
export function drain(request: IncomingMessage, clock: Clock): void {
  if (request.complete || request.destroyed) return;
  let left = DRAIN_BYTES_MAX;
  const cut = () => request.destroy();
  const cancel = clock.after(DRAIN_MS, cut);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  request.once('close', cancel);
  request.resume();
}
