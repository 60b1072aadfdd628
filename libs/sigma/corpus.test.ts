import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { compile, type RuleSet, type SigmaSource } from './index.ts';
import { parsePlainYaml } from './plain-yaml.ts';
import { parseAnyYaml } from './yaml.ts';
import { oracleMatch } from '../../test/oracle/sigma-oracle.ts';

const CORPUS = join(import.meta.dirname, '../../../shared/corpus/sigma');
const there = existsSync(CORPUS);
if (!there) process.stderr.write(`SKIPPED: no Sigma corpus at ${CORPUS}\n`);

const MAIN = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'];
let folder: string | undefined;

function sources(parts: readonly string[]): SigmaSource[] {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'sigma-corpus-'));
    execFileSync('tar', ['xzf', join(CORPUS, 'sigma-rules-8eaafff.tgz'), '-C', folder]);
  }
  const root = folder;
  return parts.flatMap((part) =>
    readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yml'))
      .map((name) => ({
        file: join(part, name),
        text: readFileSync(join(root, part, name), 'utf8'),
      })),
  );
}

function events(): Record<string, unknown>[] {
  return readFileSync(join(CORPUS, 'regression-dev.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event);
}

/** The nodes without their source, which every one of them names. */
const written = (nodes: unknown) =>
  JSON.stringify(nodes, (key, value: unknown) => (key === 'source' ? undefined : value));

const idsMet = (set: RuleSet, event: Record<string, unknown>) =>
  set
    .match(event)
    .map(({ id }) => id)
    .toSorted();

it('has the public corpus where it is required', () => {
  expect(there || process.env['CI'] === undefined).toBe(true);
});

describe.runIf(there)('the public corpus', () => {
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it('loads 3,752 of the 3,754 main rules, and the other 2 once their placeholder has values', () => {
    const main = sources(MAIN);
    const set = compile(main);
    expect(main.length).toBe(3754);
    expect(set.rules.length).toBe(3752);
    expect(set.refused.map(({ reason }) => reason)).toEqual([
      'placeholder_unresolved',
      'placeholder_unresolved',
    ]);
    const given = compile(main, { placeholders: { known_cdcs: ['dc-01'] } });
    expect(given.rules.length).toBe(3754);
  });

  it('is read by the reader of plain YAML as by the library, all but a few files', () => {
    const all = sources(MAIN);
    const taken = all.filter((source) => {
      const plain = parsePlainYaml(source);
      if (plain === undefined) return false;
      expect(written(plain), source.file).toBe(written(parseAnyYaml(source)));
      return true;
    });
    expect(taken.length).toBeGreaterThan(all.length - 20);
  });

  it('gives exactly the pairs on which two other engines agree', () => {
    const set = compile(sources(MAIN), { routing: 'off' });
    const wanted = JSON.parse(
      readFileSync(join(CORPUS, 'regression-dev-pairs.json'), 'utf8'),
    ) as readonly { event: number; rules: string[] }[];
    const found = events()
      .map((event, number) => ({ event: number, rules: idsMet(set, event) }))
      .filter(({ rules }) => rules.length > 0);
    expect(found).toEqual(wanted.map((one) => ({ ...one, rules: one.rules.toSorted() })));
  });

  it('agrees with the simple matcher on every rule and event', { timeout: 120_000 }, () => {
    const set = compile(sources(MAIN), { routing: 'off' });
    for (const event of events()) {
      const right = oracleMatch(set.rules, event).map(({ id }) => id);
      expect(idsMet(set, event)).toEqual(right.toSorted());
    }
  });

  it('keeps each event in reach of the rule it was recorded for when routing is strict', () => {
    const lines = readFileSync(join(CORPUS, 'regression-dev.ndjson'), 'utf8').trim().split('\n');
    const set = compile(sources(MAIN));
    const off = compile(sources(MAIN), { routing: 'off' });
    for (const line of lines) {
      const { event, rule_id: id } = JSON.parse(line) as {
        event: Record<string, unknown>;
        rule_id: string;
      };
      expect(idsMet(set, event).includes(id)).toBe(idsMet(off, event).includes(id));
    }
  });
});
