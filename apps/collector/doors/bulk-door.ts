import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import {
  bulkCount,
  bulkReply,
  bulkRuns,
  encodingOf,
  handshake,
  plainAddress,
  type BulkRuns,
} from '#libs/input';
import type { Clock } from '#libs/model';

import { drainAfter, senderOf } from './ingest-door.ts';
import type { CountRecords, Intake, IntakeOutcome, Rejection } from './intake.ts';
import { leaveBodiesUnread } from './raw-scope.ts';
import type { Authenticate } from './settings.ts';

/** What the Elasticsearch-compatible door needs. */
export interface BulkDoorNeeds {
  readonly intake: Intake;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly onRejected: (reason: string) => void;
  readonly recordsMax: number;
}

const RETRY_AFTER_S = 5;
const BULK = /^(?:\/([^/]+))?(?:\/[^/_][^/]*)?\/_bulk\/?$/;
/** Paths that carry one document: not taken, and never answered as if they were. */
const DOCUMENT = /^\/[^_/][^/]*\/(?:_doc|_create|_update|[^_/][^/]*)(?:\/|$)/;
const INDEX_CHARS_MAX = 255;

const REJECTIONS: Readonly<Record<Rejection, { readonly status: number; readonly type: string }>> =
  {
    too_large: { status: 413, type: 'content_too_large' },
    too_many_records: { status: 413, type: 'content_too_large' },
    inflates_too_far: { status: 413, type: 'content_too_large' },
    broken_encoding: { status: 400, type: 'parse_exception' },
    too_deep: { status: 400, type: 'parse_exception' },
    too_slow: { status: 408, type: 'timeout_exception' },
  };

/**
 * The `_bulk` door with the paths that its clients ask first; mounted at the root of 9201 and under
 * `/es`.
 */
export function bulkDoor(needs: BulkDoorNeeds): (scope: FastifyInstance) => Promise<void> {
  return (scope) => {
    leaveBodiesUnread(scope);
    // Whatever went wrong here, the batch was not taken and must come again.
    scope.setErrorHandler((_, request, reply) => {
      needs.onRejected('internal_error');
      return overload(needs, request, reply);
    });
    const handler = (request: FastifyRequest, reply: FastifyReply) =>
      serve(needs, scope.prefix, request, reply);
    const method = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];
    for (const url of scope.prefix === '' ? ['/', '/*'] : ['', '/*']) {
      scope.route({ method, url, exposeHeadRoute: false, handler });
    }
    return Promise.resolve();
  };
}

async function serve(
  needs: BulkDoorNeeds,
  prefix: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Logstash and the Elastic clients talk to nothing that lacks it.
  reply.header('x-elastic-product', 'Elasticsearch');
  const path = (request.url.split('?', 1)[0] ?? '').slice(prefix.length) || '/';
  const writes = request.method === 'POST' || request.method === 'PUT';
  const bulk = writes ? BULK.exec(path) : null;
  const sender = await senderOf(needs.authenticate, request);
  if ('reason' in sender) {
    // The handshake tells nothing about us; who shows no key at all may ask it, who shows a wrong
    // one learns so early.
    if (bulk === null && sender.reason === 'key_missing') return shake(needs, path, request, reply);
    return unknownKey(needs, sender.reason, bulk !== null, request, reply);
  }
  if (bulk === null) return shake(needs, path, request, reply);
  const encoding = encodingOf(request.headers['content-encoding']);
  const index = bulk[1] === undefined ? undefined : decodeIndex(bulk[1]);
  if (encoding === undefined || index === null) {
    const reason = encoding === undefined ? 'unknown_encoding' : 'bad_index';
    needs.onRejected(reason);
    drainAfter(needs.clock, request, reply);
    return error(request, reply, encoding === undefined ? 415 : 400, reason, REASONS[reason]);
  }
  const facts = {
    input: 'bulk',
    format: 'bulk',
    encoding,
    ...sender,
    peer: plainAddress(request.ip),
    ...(index === undefined ? {} : { index }),
  } as const;
  const outcome = await needs.intake.accept(
    request.raw,
    reply.raw,
    facts,
    countOf(needs.recordsMax),
  );
  return answer(needs, request, reply, outcome);
}

const REASONS = {
  unknown_encoding: 'Content-Encoding must be gzip, deflate, zstd or absent',
  bad_index: 'the index in the path cannot be read',
} as const;

function decodeIndex(text: string): string | null {
  try {
    const index = decodeURIComponent(text);
    return index.length <= INDEX_CHARS_MAX ? index : null;
  } catch {
    return null;
  }
}

function countOf(recordsMax: number): CountRecords<BulkRuns> {
  return (bytes) => {
    const runs = bulkRuns(bytes);
    const records = bulkCount(runs);
    return records > recordsMax ? { reason: 'too_many_records' } : { records, counted: runs };
  };
}

function answer(
  needs: BulkDoorNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: IntakeOutcome<BulkRuns>,
): FastifyReply {
  if (outcome.kind === 'accepted') {
    const filter = (request.query as Record<string, unknown>)['filter_path'];
    const filterPath = typeof filter === 'string' ? filter : undefined;
    return send(request, reply, bulkReply(outcome.counted, filterPath));
  }
  if (outcome.kind === 'gone') return reply.hijack();
  if (outcome.kind === 'overload') return overload(needs, request, reply);
  const { status, type } = REJECTIONS[outcome.reason];
  drainAfter(needs.clock, request, reply);
  return error(request, reply, status, type, outcome.reason);
}

/**
 * rsyslog's omelasticsearch, which sends no User-Agent, drops its batch on any status but sends it
 * again when the connection is closed (spec ingest.md, finding 2).
 */
function closesInsteadOfStatus(request: FastifyRequest): boolean {
  return (request.headers['user-agent'] ?? '') === '';
}

function closeConnection(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

function overload(
  needs: BulkDoorNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (closesInsteadOfStatus(request)) return closeConnection(request, reply);
  drainAfter(needs.clock, request, reply);
  reply.header('retry-after', RETRY_AFTER_S);
  return error(request, reply, 429, 'es_rejected_execution_exception', 'overloaded, send it again');
}

function unknownKey(
  needs: BulkDoorNeeds,
  reason: string,
  bulk: boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  needs.onRejected(reason);
  if (bulk && closesInsteadOfStatus(request)) return closeConnection(request, reply);
  drainAfter(needs.clock, request, reply);
  reply.header('www-authenticate', 'Basic realm="thapcanh", ApiKey');
  const says = 'an ingest key is needed: ApiKey KEY, or Basic with KEY as the password';
  return error(request, reply, 401, 'security_exception', says);
}

async function shake(
  needs: BulkDoorNeeds,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  drainAfter(needs.clock, request, reply);
  if ((request.method === 'POST' || request.method === 'PUT') && DOCUMENT.test(path)) {
    needs.onRejected('single_document');
    return error(request, reply, 400, 'illegal_argument_exception', 'send documents through _bulk');
  }
  if (path.startsWith('/_cat/health') && needs.intake.refusing) {
    // Asked in tight loops after a failure; an early "green" would only bring the same batch back.
    const hold = needs.intake.hold('bulk');
    const onClose = () => hold.end();
    reply.raw.once('close', onClose);
    const room = await needs.intake.waitForRoom(hold);
    hold.end();
    if (room !== 'ok') return overload(needs, request, reply);
  }
  const { status, text, json } = handshake(request.method, path);
  reply.status(status);
  return send(request, reply, text, json);
}

const COMPATIBLE = /application\/vnd\.elasticsearch\+json\s*;\s*compatible-with=(\d)/;

/** Clients of version 8 and 9 accept the reply only in the type they ask for. */
function jsonType(request: FastifyRequest): string {
  const asked = COMPATIBLE.exec(request.headers.accept ?? '');
  return asked === null
    ? 'application/json'
    : `application/vnd.elasticsearch+json;compatible-with=${asked[1]}`;
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  json = true,
): FastifyReply {
  const type = json ? jsonType(request) : 'text/plain; charset=UTF-8';
  // As bytes: Fastify would add a charset to the type of a text.
  return reply.header('content-type', type).send(Buffer.from(text));
}

function error(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  type: string,
  reason: string,
): FastifyReply {
  reply.status(status);
  return send(request, reply, JSON.stringify({ error: { type, reason }, status }));
}
