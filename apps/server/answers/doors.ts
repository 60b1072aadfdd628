/** What a refusal of a door looks like; its codes are the door's own. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'detailVi'],
  properties: Object.fromEntries(
    ['type', 'title', 'code', 'detail', 'detailVi']
      .map((name): [string, object] => [name, { type: 'string' }])
      .concat([['status', { type: 'integer' }]]),
  ),
};

const REJECTED = {
  type: 'object',
  required: ['line', 'reason'],
  properties: { line: { type: 'integer' }, reason: { type: 'string' } },
};

const TAKEN = {
  type: 'object',
  required: ['accepted', 'rejected'],
  properties: { accepted: { type: 'integer' }, rejected: { type: 'array', items: REJECTED } },
};

const BULK_TAKEN = {
  type: 'object',
  required: ['errors', 'items'],
  properties: {
    took: { type: 'integer' },
    errors: { type: 'boolean' },
    items: { type: 'array', items: { type: 'object' } },
  },
};

const BULK_REFUSED = { type: 'object', properties: { status: { type: 'integer' } } };

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
};

function answers(
  media: string,
  done: object,
  refused: object,
  refusals: Readonly<Record<string, string>>,
): object {
  const other = Object.entries(refusals).map(([status, description]) => [
    status,
    {
      description,
      ...(status === '429' ? { headers: RETRY_AFTER } : {}),
      content: { [media]: { schema: refused } },
    },
  ]);
  return {
    ...(Object.fromEntries(other) as object),
    '200': {
      description: 'Everything that could be kept is durable.',
      content: { 'application/json': { schema: done } },
    },
  };
}

const TEXT = { schema: { type: 'string' } };

function header(name: string, description: string): object {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

const ENCODING = header('Content-Encoding', '`gzip`, `deflate` or `zstd`; none when left out.');
const KEY = [{ bearer: [] }, { apiKey: [] }, { basic: [] }];

const INGEST = {
  post: {
    operationId: 'Ingest',
    tags: ['senders'],
    summary: 'Log lines: NDJSON, a JSON array or one object; any other line is kept as text',
    security: KEY,
    parameters: [
      header('Idempotency-Key', 'The same body under the same key is taken once.'),
      ENCODING,
    ],
    requestBody: {
      required: true,
      content: { 'application/x-ndjson': TEXT, 'application/json': { schema: {} } },
    },
    responses: answers('application/problem+json', TAKEN, PROBLEM, {
      '400': '`broken_encoding`, `too_deep`, `bad_idempotency_key`.',
      '401': '`key_missing`, `key_unknown` and other reasons why a key is not accepted.',
      '408': '`too_slow`: the body stopped half way; nothing of it was taken.',
      '413': '`too_large`, `too_many_records`, `inflates_too_far`: send smaller batches.',
      '415': '`unknown_encoding`.',
      '429': '`overload`: nothing of the body was taken; send it again.',
    }),
  },
};

function bulk(operationId: string, parameters: readonly object[]): object {
  return {
    post: {
      operationId,
      tags: ['senders'],
      summary: 'Elasticsearch’s bulk API; also at the root of the port of inputs.bulk',
      security: KEY,
      parameters: [...parameters, ENCODING],
      requestBody: { required: true, content: { 'application/x-ndjson': TEXT } },
      responses: answers('application/json', BULK_TAKEN, BULK_REFUSED, {
        '401': 'The key is not accepted.',
        '413': 'Send smaller batches.',
        '429': 'Overloaded; send it again.',
      }),
    },
  };
}

const INDEX = { name: 'index', in: 'path', required: true, schema: { type: 'string' } };

/** The doors of senders, which are no routes of the API's own, for its description. */
export const DOOR_PATHS: Readonly<Record<string, object>> = {
  '/api/v1/ingest': INGEST,
  '/es/_bulk': bulk('Bulk', []),
  '/es/{index}/_bulk': bulk('BulkOfIndex', [INDEX]),
};
