import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parsePlainYaml } from './plain-yaml.ts';
import { Refused } from './refusal.ts';
import { parseAnyYaml, type YamlNode } from './yaml.ts';

const RULES = join(import.meta.dirname, '../../rules');

function bare(node: YamlNode): unknown {
  const { source: _, ...rest } = node;
  if (rest.kind === 'seq') return { ...rest, items: rest.items.map(bare) };
  if (rest.kind === 'scalar') return rest;
  const entries = rest.entries.map(({ key, value }) => [bare(key), bare(value)]);
  return { ...rest, entries };
}

function byLibrary(text: string): unknown {
  try {
    return parseAnyYaml({ file: 'a.yml', text }).map(bare);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return `refused: ${error.message}`;
  }
}

/** What the plain reader takes it reads as the library does, places of the nodes included. */
function expectAlike(text: string): boolean {
  const plain = parsePlainYaml({ file: 'a.yml', text });
  if (plain === undefined) return false;
  expect(plain.map(bare)).toEqual(byLibrary(text));
  return true;
}

const RULE = `# heading
title: Failed login
id: 5b1f4c1e-2b62-4d5e-9a0c-0c7a3b9d1f11
logsource:
    product: windows
    service: 'security'
detection:
  selection:
      EventID: 00000429
      Image|endswith:
      - '\\cmd.exe'   # a comment
      - "C:\\a"
      - it's
      'User|contains': 'O''Neil'
      Empty:
  other:
    - Name: a#b
      Value: x:y
    - keyword
  condition: selection and not other
description: |
  Two lines

  and one more

level: high
---
title: "second"
list:
-   a
-   b
`;

const VALUES: readonly string[] = Array.from([
  '',
  'v',
  "'q'",
  "'q''r'",
  '"s"',
  '# c',
  'v # c',
  'a#b',
  '~',
  '|',
  '-',
  '- x',
  "'",
  '"',
  'x:y',
]).concat(['x: y', ' ', 'v ', "'q' # c", "'q'#", '[a]', '?', '%', 'null', '\u00e9', '@']);

describe('the reader of plain YAML', () => {
  it('reads a rule as the library does', () => {
    expect(expectAlike(RULE.replace('- "C:\\a"\n', '- "C:/a"\n'))).toBe(true);
  });

  it.each([
    'a: {b: c}',
    'a: &x 1\nb: *x',
    'a: >\n  folded\n',
    'a: goes\n  on',
    'a: "\\n"',
    '? a\n: b',
    'a:\tb',
    'a: 1\r\nb: 2',
    '- a',
    '<<: {}',
    'a: !!str 1',
    'a: 1\na: 2',
    '%YAML 1.2\n---\na: 1',
    'a: 1\n...\n',
    'a: b: c',
    'a:\n    b: 1\n  c: 2',
  ])('leaves to the library what it is not made for: %j', (text) => {
    expect(parsePlainYaml({ file: 'a.yml', text })).toBeUndefined();
  });

  it('reads every rule of the project that it takes as the library does', () => {
    const files = readdirSync(RULES, { recursive: true, encoding: 'utf8' });
    const read = files
      .filter((name) => name.endsWith('.yml'))
      .map((name) => expectAlike(readFileSync(join(RULES, name), 'utf8')));
    expect(read.filter(Boolean).length).toBeGreaterThan(5);
  });

  it('agrees with the library on whatever it takes', () => {
    const line = fc
      .tuple(
        fc.constantFrom('', '  ', '    ', '   ', '- ', '  - ', '-', '    -   '),
        fc.constantFrom('a', "'b'", 'c|all', 'd e', '"f"', '-', '#', ':', '', "'", "'x':y", '---'),
        fc.constantFrom(': ', ':', ' ', '', ':  ', ' : ', ': |', ': |-', ':#', ': -'),
        fc.constantFrom(...VALUES),
      )
      .map((parts) => parts.join(''));
    const insertions = fc.array(fc.tuple(fc.nat(20), line), { minLength: 1, maxLength: 4 });
    const rule = RULE.split('\n');
    const changed = insertions.map((all) => {
      const lines = [...rule];
      for (const [at, text] of all) lines.splice(at, at % 2, text);
      return lines.join('\n');
    });
    const free = fc.array(line, { maxLength: 7 }).map((lines) => lines.join('\n'));
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          free,
          free.map((text) => `${text}\n`),
          changed,
        ),
        (text) => {
          if (expectAlike(text)) taken++;
        },
      ),
      { numRuns: 30_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});
