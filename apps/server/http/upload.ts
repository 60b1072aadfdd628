import type { FastifyInstance } from 'fastify';

/** Largest archive that is taken, and how many are read at once. */
const UPLOAD_BYTES_MAX = 16 * 1_048_576;
const UPLOADS_MAX = 2;
const TYPE = 'application/octet-stream';
const RETRY_S = 5;

/**
 * Lets routes below `path` take a file as their body. A file is read before anybody knows who sends
 * it: so only a few at once, and none of who shows nothing to be known by.
 */
export function takeUploads(fastify: FastifyInstance, path: string): void {
  let reading = 0;
  fastify.addContentTypeParser(
    TYPE,
    { parseAs: 'buffer', bodyLimit: UPLOAD_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'POST' || request.headers['content-type'] !== TYPE) return done();
    const { cookie, authorization } = request.headers;
    const isKnown = cookie !== undefined || authorization !== undefined;
    if (!request.url.startsWith(path)) return done();
    if (!isKnown || reading >= UPLOADS_MAX) {
      void reply
        .status(isKnown ? 503 : 401)
        .headers({ connection: 'close', ...(isKnown ? { 'retry-after': String(RETRY_S) } : {}) })
        .send();
      return undefined;
    }
    reading += 1;
    reply.raw.once('close', () => {
      reading -= 1;
    });
    return done();
  });
}
