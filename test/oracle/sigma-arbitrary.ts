import fc from 'fast-check';

/** Words, separators and letters whose case, width or composition is a trap. */
const BITS = [
  'a',
  'B',
  'cmd',
  '.exe',
  '\\',
  '/',
  '-',
  '–',
  ' -u ',
  'svchost',
  'System32',
  '*',
  '?',
  '%',
  '"',
  "'",
  ':',
  '#',
  'İ',
  'ı',
  'ß',
  'Σ',
  'ς',
  'K',
  'é',
  'e\u0301',
  'Đăng nhập',
  'Đăng nhập'.normalize('NFD'),
  '😀',
  '\ud83d',
  '\ude00',
  'ſ',
  'J\u030c',
  '1',
  '4625',
  '00042',
  ' ',
  '\n',
  '__proto__',
  'true',
  '',
  '10.1.2.3',
  '2001:db8::7',
  '::ffff:10.1.2.3',
  '2026-11-23T03:04:05Z',
  '2027-01-01T06:30:00+07:00',
  'Y21k',
];
const FIELDS = [
  'Image',
  'CommandLine',
  'user',
  'a.b',
  'a.c.d',
  '__proto__',
  'EventID',
  'n',
  'list',
  'constructor',
];

const text = fc.array(fc.constantFrom(...BITS), { maxLength: 6 }).map((bits) => bits.join(''));
const field = fc.constantFrom(...FIELDS);
const scalar = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.integer({ min: -5, max: 5000 }) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constant(null) },
);

/** Events with names as one key, nested or in lists, with the values the rules are made of. */
export const anyEvent: fc.Arbitrary<Record<string, unknown>> = fc
  .array(fc.tuple(field, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), fc.nat(2)), {
    maxLength: 8,
  })
  .map((parts) => {
    const event = new Map<string, unknown>();
    for (const [name, value, how] of parts) {
      const [head = '', ...rest] = name.split('.');
      if (how === 0 || rest.length === 0) event.set(name, value);
      else {
        const inner = rest.reduceRight<unknown>((below, key) => own(key, below), value);
        event.set(head, how === 1 ? inner : [inner, own('z', 1)]);
      }
    }
    // Through text, as events come: so `__proto__` is an ordinary key.
    const members = [...event].map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    return JSON.parse(`{${members.join(',')}}`) as Record<string, unknown>;
  });

function own(key: string, value: unknown): unknown {
  return JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`) as unknown;
}

const wild = fc
  .array(fc.constantFrom(...BITS, '*', '?', '\\*', '\\\\'), { maxLength: 5 })
  .map((bits) => bits.join(''));
const place = fc.constantFrom(
  '',
  '|contains',
  '|startswith',
  '|endswith',
  '|cased',
  '|contains|cased',
  '|contains|windash',
  '|windash',
  '|contains|all',
  '|neq',
  '|base64offset|contains',
  '|contains|windash|all',
  '|startswith|cased',
  '|endswith|windash',
  '|contains|neq',
  '|cased|neq',
  '|re|contains',
);
/** Modifiers that turn text into other text, before `contains`. */
const encoded = fc.constantFrom(
  'base64',
  'base64offset',
  'wide|base64offset',
  'utf16le|base64',
  'utf16be|base64offset',
  'utf16|base64',
  'base64offset|cased',
);
const network = fc.constantFrom(
  '10.0.0.0/8',
  '10.1.2.0/30',
  '10.1.2.3',
  '0.0.0.0/0',
  '2001:db8::/32',
  '::/0',
  '::ffff:10.1.0.0/112',
);
const timed = fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'year');
const compared = fc.constantFrom('lt', 'lte', 'gt', 'gte');
const flags = fc.constantFrom(
  '',
  '|i',
  '|m',
  '|s',
  '|i|m|s',
  '|contains',
  '|startswith',
  '|endswith',
);
/** As a rule may write them without quotes. */
const bare = fc.constantFrom(
  '4625',
  '00042',
  '1e3',
  '0x1F',
  '1_000',
  'true',
  'No',
  '12.50',
  '+7',
  '~',
  '.5',
);
const regex = fc.constantFrom(
  'cmd',
  '^a.*exe$',
  'sv(c|x)host',
  '[a-c]+d',
  'a{2,}',
  '\\d{4}',
  '(?i)CMD',
  'nhập',
  '.',
  'x?',
  '\\\\S',
  'Σ',
  'K',
  'a|b|',
  '(ab|cd)?e',
  '\\.exe$',
  'e\u0301',
);
const q = (value: string) => JSON.stringify(value);
const item = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(field, place, fc.array(wild, { minLength: 1, maxLength: 9 }))
      .filter(
        ([, how, values]) =>
          !how.includes('base64') || values.every((v) => !/[*?]/.test(v) && v !== ''),
      )
      .map(([name, how, values]) => `${q(name + how)}: [${values.map(q).join(', ')}]`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(field, flags, regex)
      .map(([name, how, source]) => `${q(`${name}|re${how}`)}: ${q(source)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, compared, fc.integer({ min: 0, max: 5000 }))
      .map(([name, op, n]) => `${q(`${name}|${op}`)}: ${n}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, fc.boolean())
      .map(([name, there]) => `${q(`${name}|exists`)}: ${there}`),
  },
  { weight: 1, arbitrary: field.map((name) => `${q(name)}: null`) },
  { weight: 1, arbitrary: field.map((name) => `${q(name)}: ''`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        field,
        fc.constantFrom('', '|contains', '|endswith', '|startswith', '|neq', '|cased'),
        field,
      )
      .map(([name, how, other]) => `${q(`${name}|fieldref${how}`)}: ${q(other)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, encoded, fc.constantFrom('', '|contains', '|startswith'), text)
      .filter(([, , , value]) => value !== '' && !/[*?]/.test(value))
      .map(([name, how, where, value]) => `${q(`${name}|${how}${where}`)}: ${q(value)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, fc.array(network, { minLength: 1, maxLength: 3 }))
      .map(([name, networks]) => `${q(`${name}|cidr`)}: [${networks.map(q).join(', ')}]`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, timed, fc.option(compared), fc.constantFrom(1, 3, 11, 23, 30, 47, 53, 2026))
      .map(([name, part, op, n]) => `${q(`${name}|${part}${op === null ? '' : `|${op}`}`)}: ${n}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        field,
        fc.constantFrom('', '|contains', '|neq'),
        fc.array(bare, { minLength: 1, maxLength: 3 }),
      )
      .map(([name, how, values]) => `${q(name + how)}: [${values.join(', ')}]`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(field, fc.constantFrom('', '|contains', '|windash|contains'))
      .map(([name, how]) => `${q(`${name}|expand${how}`)}: ${q('%bits%x')}`),
  },
);
const mapping = fc
  .uniqueArray(item, {
    minLength: 1,
    maxLength: 4,
    selector: (line) => line.slice(0, line.indexOf(': ')),
  })
  .map((lines) => `{${lines.join(', ')}}`);
const words = fc
  .array(
    wild.filter((value) => value !== ''),
    { minLength: 1, maxLength: 8 },
  )
  .map((values) => `[${values.map(q).join(', ')}]`);
const keywords = fc
  .tuple(fc.constantFrom('', '|all', '|contains', '|cased', '|endswith'), words)
  .map(([how, values]) => (how === '' ? values : `{${q(how)}: ${values}}`));
const selection = fc.oneof(
  { weight: 5, arbitrary: mapping },
  { weight: 1, arbitrary: keywords },
  {
    weight: 1,
    arbitrary: fc
      .array(mapping, { minLength: 1, maxLength: 3 })
      .map((maps) => `[${maps.join(', ')}]`),
  },
);
const condition = fc.constantFrom(
  's1',
  's1 and s2',
  's1 or s2',
  'not s1',
  's1 and not s2',
  'not (s1 or s2)',
  'not (s1 and not s2)',
  '1 of s*',
  'all of them',
  'not 1 of s*',
  's1 or not s2',
  'not not s1',
);

/** Values of the placeholder that the rules use. */
export const PLACEHOLDERS: Readonly<Record<string, readonly string[]>> = {
  bits: ['cmd', 'a*', '-u', 'Đăng'],
};

/** The detection of a rule, in YAML. */
export const anyDetection: fc.Arbitrary<string> = fc
  .tuple(selection, selection, condition)
  .map(([one, two, how]) => `detection:\n  s1: ${one}\n  s2: ${two}\n  condition: ${how}`);
