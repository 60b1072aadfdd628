import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '#libs/model';

import { MemoryDocuments } from '../../../test/support/memory-documents.ts';
import { RuleBook } from './rule-book.ts';
import { RuleCatalog } from './rule-catalog.ts';
import { ruleHealth } from './rule-health.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const rule = (id: string, more = '') =>
  `title: ${id}\nid: ${id}\nlevel: low\nlogsource: {product: p}\n${more}` +
  'detection: {s: {a: 1}, condition: s}\n';

function rig() {
  const book = new RuleBook({
    documents: new MemoryDocuments(),
    clock: new ManualClock(Date.UTC(2026, 10, 23)),
    record: () => Promise.resolve(),
  });
  return { book, catalog: new RuleCatalog([folder], folder, book) };
}

const pack = (...texts: string[]) => ({
  files: texts.map((text, i) => ({ path: `${i}.yml`, text })),
  license: 'DRL 1.1',
});
const of = { pack: 'public', from: 'public.tgz', by: 'lan' };

describe('the catalogue of rules', () => {
  it('puts its folders and the imported packs in force together', async () => {
    writeFileSync(join(folder, 'own.yml'), rule('own'));
    const { book, catalog } = rig();
    await book.packs.apply(of, pack(rule('a', 'author: Mai\n'), rule('own'), 'title: broken\n'), 1);
    const outcome = await catalog.load();
    expect(outcome.loaded).toBe(true);
    expect(catalog.views(() => 0).map(({ id, file }) => [id, file])).toEqual([
      ['own', 'own.yml'],
      ['a', 'public/0.yml'],
    ]);
    expect(catalog.leftOut).toHaveLength(1);
    expect(catalog.credit('a')).toEqual({ author: 'Mai', license: 'DRL 1.1', pack: 'public' });
  });

  it('sees that a pack, a switch or an exception changed', async () => {
    const { book, catalog } = rig();
    writeFileSync(join(folder, 'own.yml'), rule('own'));
    await catalog.load();
    expect(await catalog.isStale()).toBe(false);
    await book.control.switch('off', { by: 'id', value: 'own' }, 'lan');
    expect(await catalog.isStale()).toBe(true);
    await catalog.load();
    expect(await catalog.isStale()).toBe(false);
    expect(catalog.views(() => 0)).toMatchObject([{ id: 'own', enabled: false }]);
    expect(catalog.set.match({ product: 'p', a: 1 })).toEqual([]);
  });

  it('leaves the old rules in force when one of its own folders breaks, and says so', async () => {
    writeFileSync(join(folder, 'own.yml'), rule('own'));
    const { catalog } = rig();
    await catalog.load();
    writeFileSync(join(folder, 'bad.yml'), 'title: bad\nlogsource: {product: p}\n');
    expect(await catalog.load()).toMatchObject({ loaded: false });
    expect(catalog.size).toBe(1);
    expect(catalog.bundle.sources).toHaveLength(1);
    const [line] = ruleHealth(catalog);
    expect(line).toMatchObject({ state: 'degraded', figures: { rule_problems: 1 } });
    expect(line?.text.vi).toContain('bad.yml:1:1');
    rmSync(join(folder, 'bad.yml'));
    expect(await catalog.load()).toMatchObject({ loaded: true });
    expect(ruleHealth(catalog)[0]?.state).toBe('ok');
  });

  it('tells why a rule does not meet an event: its selection, a filter, a switch, its source', async () => {
    writeFileSync(join(folder, 'own.yml'), rule('own'));
    const { book, catalog } = rig();
    writeFileSync(
      join(folder, 'filter.yml'),
      `title: Our host\nlogsource: {product: p}\n` +
        `filter: {rules: [own], s: {host: x}, condition: not s}\n`,
    );
    await catalog.load();
    const why = (record: Record<string, unknown>) => {
      const answer = catalog.explain(record, 'own');
      if (answer.kind !== 'explained') return answer.kind;
      const [first] = answer.explanations;
      const failed = first?.parts.filter(({ passed }) => !passed).map(({ name }) => name) ?? [];
      return [first?.reason, ...failed];
    };
    expect(why({ product: 'p', a: 1 })).toEqual(['matched']);
    expect(why({ product: 'p', a: 2 })).toEqual(['condition', 's']);
    expect(why({ product: 'p', a: 1, host: 'x' })).toEqual(['condition', 'filter Our host']);
    expect(why({ product: 'q', a: 1 })).toEqual(['log_source']);
    await book.control.switch('off', { by: 'level', value: 'low' }, 'lan');
    await catalog.load();
    expect(catalog.explain({}, 'own')).toEqual({ kind: 'off', rule: 'own', by: 'level' });
    expect(catalog.explain({}, 'nobody')).toEqual({ kind: 'unknown', rule: 'nobody' });
  });

  it('lets its thread work on while thousands of rules load', async () => {
    const { book, catalog } = rig();
    const rules = Array.from({ length: 4_000 }, (_, i) => rule(`rule-${i}`));
    await book.packs.apply(of, pack(...rules), rules.length);
    let turns = 0;
    let loading = true;
    const turn = (): void => {
      turns++;
      if (loading) setImmediate(turn);
    };
    setImmediate(turn);
    await catalog.load();
    loading = false;
    expect(catalog.size).toBe(4_000);
    expect(turns).toBeGreaterThan(100);
  });
});
