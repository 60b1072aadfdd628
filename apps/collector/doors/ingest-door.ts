import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import {
  countLines,
  encodingOf,
  firstByte,
  keysIn,
  plainAddress,
  type LineCount,
} from '#libs/input';
import type { Clock } from '#libs/model';
import type { Problem } from '#libs/protocol';

import type { CountRecords, Intake, IntakeOutcome, Rejection } from './intake.ts';
import { drain, leaveBodiesUnread } from './raw-scope.ts';
import type { Authenticate, Sender } from './settings.ts';

/** What the HTTP door needs. */
export interface IngestDoorNeeds {
  readonly intake: Intake;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly countDocument: CountDocument;
  readonly onRejected: (reason: string) => void;
  readonly onRejectedLines: (lines: number) => void;
  readonly lineBytesMax: number;
  readonly recordsMax: number;
}

/**
 * Counts the records of a body that may be a JSON array or one object over several lines, exactly
 * as the decoder will cut it; `undefined` when it is lines after all.
 */
export type CountDocument = (bytes: Buffer) => LineCount | undefined;

const RETRY_AFTER_S = 5;
const BATCH_CHARS_MAX = 256;

type Words = Pick<Problem, 'title' | 'detail' | 'detailVi'> & { readonly status: number };

const REJECTIONS: Readonly<Record<Rejection, Words>> = {
  too_large: {
    status: 413,
    title: 'Body too large',
    detail: 'Send smaller batches; the limit is inputs.body_bytes_max.',
    detailVi: 'Hãy gửi từng lô nhỏ hơn; giới hạn là inputs.body_bytes_max.',
  },
  too_many_records: {
    status: 413,
    title: 'Too many records in one body',
    detail: 'Send smaller batches.',
    detailVi: 'Hãy gửi từng lô nhỏ hơn.',
  },
  inflates_too_far: {
    status: 413,
    title: 'Body inflates too far',
    detail: 'The compressed body becomes larger than the limit; send smaller batches.',
    detailVi: 'Nội dung nén nở ra vượt giới hạn; hãy gửi từng lô nhỏ hơn.',
  },
  broken_encoding: {
    status: 400,
    title: 'Compressed body is damaged',
    detail: 'The body does not inflate to its end with the Content-Encoding it names.',
    detailVi: 'Không giải nén được trọn nội dung theo Content-Encoding đã khai.',
  },
  too_deep: {
    status: 400,
    title: 'Body is nested too deeply',
    detail: 'The body is nested too deeply.',
    detailVi: 'Nội dung lồng quá sâu.',
  },
  too_slow: {
    status: 408,
    title: 'Body came too slowly',
    detail: 'The body stopped half way; nothing of it was taken. Send it again.',
    detailVi: 'Nội dung dừng giữa chừng, chưa nhận phần nào. Hãy gửi lại.',
  },
};

/** `POST /api/v1/ingest`: NDJSON, a JSON array or one object; 200 once everything is durable. */
export function ingestDoor(needs: IngestDoorNeeds): (scope: FastifyInstance) => Promise<void> {
  return (scope) => {
    leaveBodiesUnread(scope);
    // Whatever went wrong here, the body was not taken and must come again.
    scope.setErrorHandler((_, request, reply) => {
      needs.onRejected('internal_error');
      return overload(needs, request, reply);
    });
    scope.post('/api/v1/ingest', (request, reply) => ingest(needs, request, reply));
    return Promise.resolve();
  };
}

async function ingest(
  needs: IngestDoorNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const refuse = (code: string, words: Words) => {
    drainAfter(needs.clock, request, reply);
    return problem(reply, code, words);
  };
  const sender = await senderOf(needs.authenticate, request);
  if ('reason' in sender) {
    needs.onRejected(sender.reason);
    reply.header('www-authenticate', 'Bearer realm="thapcanh"');
    return refuse(sender.reason, UNKNOWN_KEY);
  }
  const encoding = encodingOf(request.headers['content-encoding']);
  if (encoding === undefined) {
    needs.onRejected('unknown_encoding');
    return refuse('unknown_encoding', UNKNOWN_ENCODING);
  }
  const batch = request.headers['idempotency-key'];
  if (Array.isArray(batch) || (batch !== undefined && batch.length > BATCH_CHARS_MAX)) {
    needs.onRejected('bad_idempotency_key');
    return refuse('bad_idempotency_key', BAD_BATCH);
  }
  const facts = {
    input: 'http',
    format: 'ndjson',
    encoding,
    ...sender,
    peer: plainAddress(request.ip),
    ...(batch === undefined || batch === '' ? {} : { batch }),
  } as const;
  const outcome = await needs.intake.accept(request.raw, reply.raw, facts, countOf(needs));
  return answer(needs, request, reply, outcome);
}

function answer(
  needs: IngestDoorNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: IntakeOutcome<LineCount>,
): FastifyReply {
  if (outcome.kind === 'accepted') {
    const { accepted, tooLong, tooLongCount } = outcome.counted;
    if (tooLongCount > 0) needs.onRejectedLines(tooLongCount);
    const rejected = tooLong.map((line) => ({ line, reason: 'line_too_long' }));
    return reply.send({ accepted, rejected });
  }
  if (outcome.kind === 'gone') return reply.hijack();
  if (outcome.kind === 'overload') return overload(needs, request, reply);
  drainAfter(needs.clock, request, reply);
  return problem(reply, outcome.reason, REJECTIONS[outcome.reason]);
}

function overload(
  needs: IngestDoorNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  drainAfter(needs.clock, request, reply);
  reply.header('retry-after', RETRY_AFTER_S);
  return problem(reply, 'overload', OVERLOAD);
}

const UNKNOWN_KEY: Words = {
  status: 401,
  title: 'Ingest key not accepted',
  detail: 'Send an ingest key as `Authorization: Bearer KEY`; `thapcanh key create` makes one.',
  detailVi:
    'Cần khóa gửi nhật ký dạng `Authorization: Bearer KHÓA`; tạo bằng `thapcanh key create`.',
};

const UNKNOWN_ENCODING: Words = {
  status: 415,
  title: 'Content-Encoding not known',
  detail: 'gzip, deflate, zstd or none.',
  detailVi: 'Chỉ nhận gzip, deflate, zstd hoặc không nén.',
};

const BAD_BATCH: Words = {
  status: 400,
  title: 'Idempotency-Key not usable',
  detail: `One Idempotency-Key of at most ${BATCH_CHARS_MAX} characters.`,
  detailVi: `Chỉ một Idempotency-Key, dài nhất ${BATCH_CHARS_MAX} ký tự.`,
};

const OVERLOAD: Words = {
  status: 429,
  title: 'Overloaded',
  detail:
    'The collector cannot take more right now; nothing of this body was taken. Send it again.',
  detailVi: 'Bộ thu đang quá tải, chưa nhận phần nào của nội dung này. Hãy gửi lại.',
};

function countOf(needs: IngestDoorNeeds): CountRecords<LineCount> {
  return (bytes) => {
    const first = firstByte(bytes);
    const document = first === 0x5b || first === 0x7b ? needs.countDocument(bytes) : undefined;
    const counted = document ?? countLines(bytes, needs.lineBytesMax);
    const records = counted.accepted + counted.tooLongCount;
    if (records > needs.recordsMax) return { reason: 'too_many_records' };
    return { records: counted.accepted, counted };
  };
}

/** Who sends, by the first of the keys in the header that is accepted. */
export async function senderOf(
  authenticate: Authenticate,
  request: FastifyRequest,
): Promise<Sender | { readonly reason: string }> {
  let refused: { readonly reason: string } = { reason: 'key_missing' };
  for (const key of keysIn(request.headers.authorization)) {
    const sender = await authenticate(key, plainAddress(request.ip));
    if (!('reason' in sender)) return sender;
    refused = sender;
  }
  return refused;
}

/** Lets the client finish sending once it has been refused. */
export function drainAfter(clock: Clock, request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.complete) return;
  reply.raw.once('finish', () => drain(request.raw, clock));
}

function problem(reply: FastifyReply, code: string, words: Words): FastifyReply {
  const body: Problem = { type: `urn:thapcanh:problem:${code}`, code, ...words };
  return reply.status(words.status).type('application/problem+json').send(JSON.stringify(body));
}
