import fc from 'fast-check';

import { newFields, placedEventId, type Event, type FieldValue } from '#libs/model';

import type { Query } from '../query/syntax.ts';
import { wordPatternsOf, wordsOf } from '../query/words.ts';

export const DAY_MS = 86_400_000;
/** First ms of the first of the days on which sample events lie. */
export const FIRST_DAY = Date.parse('2026-11-20T00:00:00.000Z');
export const SAMPLE_DAYS = 3;

let ordinal = 0;

/** An event with an id of its own. */
export function eventAt(time: number, fields: Record<string, FieldValue>, id?: string): Event {
  const held = newFields();
  for (const [name, value] of Object.entries(fields)) held[name] = value;
  return {
    id: id ?? placedEventId('sample', 0, ordinal++),
    time,
    received: time + 1_500,
    fields: held,
  };
}

const long = `${'/hồ-sơ/nộp'.repeat(12)}?q=`;

/** Few values of each field, so that queries often meet; fields of every kind of index. */
const VALUES: Readonly<Record<string, readonly FieldValue[]>> = {
  'gov.locality.code': ['01', '79', 'xx'],
  'gov.locality.commune_code': ['00001', '26734'],
  'event.outcome': ['success', 'failure', null],
  'event.category': [['authentication', 'session'], ['web'], 'web', []],
  'event.duration': [5, 900, 1e21],
  'http.response.status_code': [200, 404, 503, '503'],
  'source.ip': ['10.1.2.3', '10.200.0.1', '192.168.1.7', '2001:db8::7', 'not an address'],
  'user.name': ['Admin', 'nguyễn văn a', 'root', '', 'a"b', '\0["x"]'],
  'user.id': ['u-1', 'U-1', 'u-22', 7, true],
  'user.roles': [['clerk', 'admin'], 'Clerk', [null, 'x']],
  'url.path': ['/', '/login', `${long}1`, `${long}2`, '/LOGIN'],
  'file.created': ['2026-11-20T01:00:00Z', '2026-11-21', '9'],
  'labels.odd': ['x\u001Fy', 'x y', 'a\u0000b', '\ud800', '\u{1F600}', '*', '\\'],
  __proto__: ['inherited', null],
  message: [
    'Failed password for root from 10.1.2.3 port 22',
    'password accepted, not failed',
    'Đăng nhập sai: mã OTP không đúng',
    'dang nhap dung',
    ['one line', 'another password'],
    '::: --- :::',
    42,
  ],
  'event.original': [
    'Failed password for root from 10.1.2.3 port 22',
    'Nov 20 web sshd: password accepted, not failed',
    '{"a":{"root":"OTP sai mã"}}',
  ],
  '@timestamp': [
    '2026-11-20T01:02:03.004Z',
    '2026-11-21T23:59:59.999Z',
    '2026-11-22T00:00:60.000Z',
  ],
  'event.ingested': ['2026-11-22T00:00:00.000Z', '2026-11-22', 7],
};

const FIELDS = Object.keys(VALUES);

const fieldsOf: fc.Arbitrary<Record<string, FieldValue>> = fc
  .uniqueArray(fc.constantFrom(...FIELDS), { minLength: 1, maxLength: 9 })
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.constantFrom(...(VALUES[name] ?? [null])))).map((values) => {
      const fields = newFields();
      names.forEach((name, index) => (fields[name] = values[index] ?? null));
      return fields;
    }),
  );

export const someEvents: fc.Arbitrary<Event[]> = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: SAMPLE_DAYS * DAY_MS - 1 }), fieldsOf)
    .map(([offset, fields]) => eventAt(FIRST_DAY + offset, fields)),
  { minLength: 1, maxLength: 60 },
);

const field = fc.constantFrom(...FIELDS, 'no.such.field');
const literal = fc.constantFrom(
  ...Object.values(VALUES)
    .flat(2)
    .filter((value) => value !== null)
    .map(String),
  'nothing',
);
const pattern = fc.oneof(
  fc.constantFrom('*', 'a*', '*n', 'u-?', '/log*', '*o*', `${long}*`, `${long.slice(0, 30)}*`, '?'),
  literal.map((value) => `${value.replaceAll(/[\\*?]/g, (unit) => `\\${unit}`).slice(0, 4)}*`),
);
const bound = fc.record({
  value: fc.constantFrom('5', '404', '10.1.0.0', 'm', '2026-11-20', '2001:db8::', '503'),
  inclusive: fc.boolean(),
});
const words = fc
  .constantFrom('password', 'failed password', 'dang', 'from 10.1.2.3', 'root', 'sai mã', 'zzz')
  .map(wordsOf);
const patterns = fc.constantFrom('pass*', '*word', 'f?iled', '*a*', '4*').map(wordPatternsOf);

const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.constant<Query>({ kind: 'all' }),
  fc.record({
    kind: fc.constant('term' as const),
    field,
    value: literal,
    wildcard: fc.constant(false),
  }),
  fc.record({
    kind: fc.constant('term' as const),
    field,
    value: pattern,
    wildcard: fc.constant(true),
  }),
  fc.record({ kind: fc.constant('exists' as const), field }),
  fc.record({ kind: fc.constant('range' as const), field, low: bound }),
  fc.record({ kind: fc.constant('range' as const), field, low: bound, high: bound }),
  fc.record({
    kind: fc.constant('cidr' as const),
    field,
    network: fc.constantFrom('10.0.0.0/8', '10.1.2.0/24', '2001:db8::/32', '0.0.0.0/0'),
  }),
  fc.record({
    kind: fc.constant('text' as const),
    words: fc.oneof(words, patterns),
    phrase: fc.boolean(),
  }),
);

/** Queries of every kind over the fields of the sample events. */
export const someQuery: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        parts: fc.array(tie('query'), { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), part: tie('query') }) },
  ),
})).query;
