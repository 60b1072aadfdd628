import { describe, expect, it } from 'vitest';

import { CENTRE, ManualClock } from '#libs/model';
import { compile } from '#libs/sigma';

import { MemoryDocuments } from '../../../test/support/memory-documents.ts';
import type { PackFiles } from './pack-files.ts';
import { RuleControl } from './rule-control.ts';
import { RulePacks } from './rule-packs.ts';

const NOW = Date.UTC(2026, 10, 23);
const DAY = 86_400_000;

function rig() {
  const documents = new MemoryDocuments();
  const clock = new ManualClock(NOW);
  const told: string[] = [];
  const record = (entry: { what: string; target: string; who: string }) => {
    told.push(`${entry.who} ${entry.what} ${entry.target}`);
    return Promise.resolve();
  };
  const packs = new RulePacks({ documents, clock, record });
  const control = new RuleControl({ documents, clock, record, touch: () => packs.touch() });
  return { clock, packs, control, told };
}

const rule = (id: string, value = 1) =>
  `title: ${id}\nid: ${id}\nlogsource: {product: p}\ndetection: {s: {a: ${value}}, condition: s}\n`;
const files = (...texts: string[]): PackFiles => ({
  files: texts.map((text, i) => ({ path: `${i}.yml`, text })),
  license: 'DRL 1.1',
});
const of = { pack: 'public', from: 'public.tgz', by: 'lan' };

async function imported(packs: RulePacks, ...texts: string[]) {
  const version = await packs.apply(of, files(...texts), texts.length);
  if ('reason' in version) throw new Error(version.reason);
  return version;
}

describe('packs', () => {
  it('show what an import would change, and change nothing by that', async () => {
    const { packs } = rig();
    await imported(packs, rule('a'), rule('b'), rule('c'));
    const next = files(rule('a'), rule('b', 2), rule('d'), rule('own'), 'title: broken\n');
    const own = [{ file: 'own.yml', text: rule('own') }];
    const change = await packs.preview('public', next, own);
    expect(change).toMatchObject({
      rules: 3,
      added: [{ id: 'd' }],
      changed: [{ id: 'b' }],
      removed: [{ id: 'c' }],
      unchanged: 1,
      refused: [{ file: 'public/3.yml', reason: 'duplicate_id' }],
    });
    expect((await packs.sources()).map(({ file }) => file)).toHaveLength(3);
  });

  it('are in force once applied, and every process can see that something changed', async () => {
    const { packs, told } = rig();
    const before = await packs.revision();
    await imported(packs, rule('a'));
    expect(await packs.revision()).toBeGreaterThan(before);
    const [source] = await packs.sources();
    expect(source).toEqual({ file: 'public/0.yml', text: rule('a'), pack: 'public' });
    expect(told).toEqual(['lan rules.import public']);
  });

  it('go back version by version, and forward by another import', async () => {
    const { packs } = rig();
    for (const value of [1, 2, 3]) await imported(packs, rule('a', value));
    expect(await packs.rollback('public', 'lan')).toMatchObject({ number: 2 });
    expect((await packs.sources())[0]?.text).toBe(rule('a', 2));
    expect(await packs.rollback('public', 'lan')).toMatchObject({ number: 1 });
    expect(await packs.rollback('public', 'lan')).toEqual({ reason: 'no_older_version' });
    expect(await imported(packs, rule('a', 4))).toMatchObject({ number: 4 });
    expect(await packs.rollback('other', 'lan')).toEqual({ reason: 'pack_unknown' });
  });

  it('keep the newest versions only', async () => {
    const { packs } = rig();
    for (const value of [1, 2, 3, 4, 5, 6, 7]) await imported(packs, rule('a', value));
    const [pack] = await packs.list();
    expect(pack?.versions.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7]);
    expect(pack?.versions.at(-1)).toMatchObject({ from: 'public.tgz', license: 'DRL 1.1' });
  });

  it('refuse a name that is none, and leave when they are removed', async () => {
    const { packs } = rig();
    expect(await packs.preview('Bad Name', files(rule('a')), [])).toEqual({ reason: 'bad_name' });
    await imported(packs, rule('a'));
    await packs.remove('public', 'lan');
    expect(await packs.sources()).toEqual([]);
  });
});

describe('what is laid on rules', () => {
  it('switches by pack, level, log source and id', async () => {
    const { packs, control } = rig();
    await imported(packs, rule('a'), rule('b'));
    await control.switch('off', { by: 'pack', value: 'public' }, 'lan');
    await control.switch('on', { by: 'id', value: 'b' }, 'lan');
    const set = compile(await packs.sources(), await control.options());
    expect(set.rules.map(({ id }) => id)).toEqual(['b']);
    await control.switch('on', { by: 'pack', value: 'public' }, 'lan');
    await control.switch('off', { by: 'id', value: 'b' }, 'lan');
    const then = compile(await packs.sources(), await control.options());
    expect(then.rules.map(({ id }) => id)).toEqual(['a']);
  });

  it('loses no change when two are made at once', async () => {
    const { control } = rig();
    const ids = Array.from({ length: 4 }, (_, i) => `rule-${i}`);
    await Promise.all(ids.map((value) => control.switch('off', { by: 'id', value }, 'lan')));
    const { switches } = await control.settings();
    expect(switches.ids.toSorted()).toEqual(ids);
  });

  it('gives placeholders of rules their values, and takes them away', async () => {
    const { packs, control } = rig();
    const text = rule('a').replace('{a: 1}', "{'a|expand': '%Administrators%'}");
    await imported(packs, text);
    const loaded = async () => compile(await packs.sources(), await control.options());
    expect((await loaded()).refused[0]?.reason).toBe('placeholder_unresolved');
    await control.placeholder('Administrators', ['an', 'binh'], 'lan');
    expect((await loaded()).match({ product: 'p', a: 'binh' })).toHaveLength(1);
    await control.placeholder('Administrators', [], 'lan');
    expect((await loaded()).rules).toEqual([]);
    expect(await control.placeholder('a b', ['x'], 'lan')).toEqual({ reason: 'bad_name' });
  });

  it('takes parameters of the centre for all, and stricter ones of a province for itself', async () => {
    const { control } = rig();
    const at = (value: number) => ({ condition: [{ op: 'gte' as const, value }] });
    await control.parameters('brute', at(10), { province: CENTRE }, 'lan');
    const looser = await control.parameters('brute', at(20), { province: '46' }, 'mai');
    expect(looser).toEqual({ reason: 'not_tighter' });
    await control.parameters('brute', at(5), { province: '46' }, 'mai');
    expect(await control.settings()).toMatchObject({
      parameters: { brute: at(10) },
      provinces: { '46': { brute: at(5) } },
    });
    await control.parameters('brute', undefined, { province: CENTRE }, 'lan');
    expect((await control.settings()).parameters).toEqual({});
  });

  const exception = {
    rule: 'a',
    where: { 'source.ip': ['10.0.0.1'] },
    owner: 'lan',
    reason: 'scanner of ours',
    expires: NOW + 7 * DAY,
    place: { province: '46' },
  };

  it('excepts with owner, reason and expiry, and only in the place of who asks', async () => {
    const { control, told } = rig();
    const here = { province: '46' };
    const refused = async (change: Partial<typeof exception>) => {
      const done = await control.except({ ...exception, ...change }, here, 'mai');
      return 'where' in done ? undefined : done.reason;
    };
    expect(await refused({ owner: ' ' })).toBe('owner_required');
    expect(await refused({ reason: '' })).toBe('reason_required');
    expect(await refused({ expires: NOW - 1 })).toBe('bad_expiry');
    expect(await refused({ place: { province: '01' } })).toBe('out_of_scope');
    expect(await refused({ where: {} as never })).toBe('fields_required');
    expect(await refused({})).toBeUndefined();
    expect(await control.options()).toMatchObject({ exceptions: [{ rule: 'a', owner: 'lan' }] });
    expect(told.at(-1)).toMatch(/^mai rules\.except /);
  });

  it('ends an exception when asked, and forgets it a while after it expired', async () => {
    const { control, clock } = rig();
    const made = await control.except(exception, { province: CENTRE }, 'lan');
    if (!('id' in made)) throw new Error(made.reason);
    const away = await control.endException(made.id, { province: '01' }, 'mai');
    expect(away).toEqual({ reason: 'out_of_scope' });
    await control.endException(made.id, { province: '46' }, 'mai');
    expect(await control.exceptions()).toEqual([]);
    await control.except(exception, { province: CENTRE }, 'lan');
    clock.advance(60 * DAY);
    expect(await control.exceptions()).toEqual([]);
  });
});
