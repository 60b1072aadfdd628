import { describe, expect, it } from 'vitest';

import { compile } from './index.ts';

const base = (name: string, extra = '', logsource = '{product: linux, service: sshd}') =>
  `title: ${name}\nname: ${name}\nlogsource: ${logsource}\ndetection: {s: {action: failed}, condition: s}\n${extra}`;
const correlation = (name: string, body: string, extra = '') =>
  `title: ${name}\nname: ${name}\ncorrelation:\n${body.replaceAll(/^/gm, '  ')}\n${extra}`;
const documents = (...texts: readonly string[]) =>
  compile([{ file: 'r.yml', text: texts.join('---\n') }], { routing: 'off' });

describe('a correlation', () => {
  it('has the ids of its members, and all names that events have for its groups', () => {
    const set = documents(
      `${base('failed')}id: 11111111-1111-4111-8111-111111111111\n`,
      correlation(
        'many',
        'type: event_count\nrules: [failed]\ngroup-by: [user, src_ip]\ntimespan: 5m\ncondition: {gte: 10, lt: 100}',
        'level: high\n',
      ),
    );
    expect(set.refused).toEqual([]);
    expect(set.correlations[0]).toMatchObject({
      id: 'many',
      level: 'high',
      type: 'event_count',
      rules: ['11111111-1111-4111-8111-111111111111'],
      groupBy: [
        { name: 'user.name', fieldOf: 'user|user.name' },
        { name: 'source.ip', fieldOf: 'src_ip|source.ip' },
      ],
      timespanMs: 300_000,
      condition: [
        { op: 'gte', value: 10 },
        { op: 'lt', value: 100 },
      ],
      generate: false,
      silent: false,
    });
    expect(set.rules[0]?.silent).toBe(true);
  });

  it('resolves aliases per member', () => {
    const set = documents(
      base('one'),
      base('two', '', '{product: windows, service: security}'),
      correlation(
        'both',
        'type: temporal\nrules: [one, two]\naliases:\n  ip:\n    one: src_ip\n    two: IpAddress\ngroup-by: [ip]\ntimespan: 1h\ncondition: one and not two',
      ),
    );
    expect(set.refused).toEqual([]);
    expect(set.correlations[0]?.groupBy).toEqual([
      {
        name: 'ip',
        fieldOf: {
          one: 'src_ip|source.ip',
          two: 'IpAddress|winlog.event_data.IpAddress|source.ip',
        },
      },
    ]);
    expect(set.correlations[0]?.condition).toEqual({
      op: 'and',
      of: [
        { op: 'member', rule: 'one' },
        { op: 'not', of: { op: 'member', rule: 'two' } },
      ],
    });
  });

  it('asks for all its members when a temporal one has no condition', () => {
    const set = documents(
      base('one'),
      base('two'),
      correlation('both', 'type: temporal_ordered\nrules: [one, two]\ntimespan: 10s'),
    );
    expect(set.correlations[0]?.condition).toEqual([{ op: 'gte', value: 2 }]);
  });

  it('reads every type', () => {
    const bodies = [
      'type: value_count\nrules: [one]\ntimespan: 1m\ncondition: {gte: 3, field: [a, b]}',
      'type: value_sum\nrules: [one]\ntimespan: 1d\ncondition: {gt: 3, field: a}',
      'type: value_avg\nrules: [one]\ntimespan: 1w\ncondition: {gt: 3, field: a}',
      'type: value_percentile\nrules: [one]\ntimespan: 1m\ncondition: {gt: 3, field: a, percentile: 95}',
      'type: value_median\nrules: [one]\ntimespan: 1m\ncondition: {neq: 3, field: a}',
      'type: absence\nrules: [one, two]\ntimespan: 1m',
      'type: new_value\nrules: [one]\ntimespan: 30d\ncondition: {field: a}',
    ];
    const texts = bodies.map((body, i) => correlation(`c${i}`, body));
    const set = documents(base('one'), base('two'), ...texts);
    expect(set.refused).toEqual([]);
    expect(set.correlations.map(({ field, percentile }) => [field, percentile])).toEqual([
      [['a', 'b'], undefined],
      [['a'], undefined],
      [['a'], undefined],
      [['a'], 95],
      [['a'], undefined],
      [undefined, undefined],
      [['a'], undefined],
    ]);
  });

  it('may have correlations as members; those that generate keep theirs loud', () => {
    const set = documents(
      base('one'),
      correlation(
        'inner',
        'type: event_count\nrules: [one]\ngroup-by: [user]\ntimespan: 5m\ncondition: {gte: 3}\ngenerate: true',
      ),
      correlation(
        'outer',
        'type: event_count\nrules: [inner]\ngroup-by: [user]\ntimespan: 1h\ncondition: {gte: 2}',
      ),
    );
    expect(set.rules[0]?.silent).toBe(false);
    expect(set.correlations.map(({ id, silent }) => [id, silent])).toEqual([
      ['inner', true],
      ['outer', false],
    ]);
    expect(set.correlations[1]?.groupBy).toEqual([{ name: 'user.name', fieldOf: 'user.name' }]);
  });

  it('is refused with all that rest on it when a member is missing or it is its own member', () => {
    const part = (rules: string) =>
      `type: event_count\nrules: [${rules}]\ntimespan: 5m\ncondition: {gte: 3}`;
    const set = documents(
      correlation('a', part('b')),
      correlation('b', part('a')),
      correlation('c', part('nobody')),
      correlation('d', part('c')),
    );
    expect(set.correlations).toEqual([]);
    expect(set.refused.map(({ reason }) => reason).toSorted()).toEqual([
      'correlation_cycle',
      'unknown_rule',
      'unknown_rule',
      'unknown_rule',
    ]);
  });
});

describe('our additions', () => {
  it('hold rules against rules: no correlation is awaited by an absence or is the base of a ratio', () => {
    const inner = correlation(
      'inner',
      'type: event_count\nrules: [one]\ngroup-by: [user]\ntimespan: 5m\ncondition: {gte: 3}',
    );
    const outer = (type: string, more?: string) =>
      documents(base('one'), inner, correlation('outer', type, more));
    const awaited = outer('type: absence\nrules: [one, inner]\ngroup-by: [user]\ntimespan: 1h');
    expect(awaited.refused).toMatchObject([
      {
        reason: 'correlation',
        message: expect.stringMatching(/absence waits for is a rule, and inner/),
      },
    ]);
    const based = outer(
      'type: event_count\nrules: [one]\ngroup-by: [user]\ntimespan: 5m\ncondition: {gte: 30}',
      'thapcanh: {ratio: {base: [inner], gte: 0.05}}\n',
    );
    expect(based.refused).toMatchObject([
      {
        reason: 'correlation',
        message: expect.stringMatching(/base of a ratio is a rule, and inner/),
      },
    ]);
    const first = outer('type: absence\nrules: [inner, one]\ngroup-by: [user]\ntimespan: 1h');
    expect(first.refused).toEqual([]);
  });

  it('are read with durations in ms and names as ids', () => {
    const set = documents(
      base('up', 'thapcanh: {recovers: [down], code: SD-10, suppress: 30m, national: true}\n'),
      `${base('down')}id: 22222222-2222-4222-8222-222222222222\n`,
      correlation(
        'share',
        'type: event_count\nrules: [up]\ntimespan: 5m\ncondition: {gte: 30}',
        'thapcanh: {ratio: {base: [down], gte: 0.05}, baseline: {gte: 3}, scope: province}\n',
      ),
    );
    expect(set.refused).toEqual([]);
    expect(set.rules[0]?.ours).toMatchObject({
      code: 'SD-10',
      suppressMs: 1_800_000,
      national: true,
      recovers: ['22222222-2222-4222-8222-222222222222'],
    });
    expect(set.correlations[0]?.ours).toMatchObject({
      ratio: { base: ['22222222-2222-4222-8222-222222222222'], gte: 0.05 },
      baseline: { gte: 3, days: 7 },
      scope: 'province',
    });
    expect(set.rules[1]?.silent).toBe(true);
  });
});

describe('a filter', () => {
  const filter = (rules: string, logsource = '{product: linux}') =>
    `title: f\nlogsource: ${logsource}\nfilter:\n  rules: ${rules}\n  known: {user: backup}\n  condition: not known\n`;

  it('stands behind the condition of the rules it names', () => {
    const set = documents(base('one'), base('two'), filter('[one]'));
    const met = set.match({ action: 'failed', user: 'backup' }).map(({ id }) => id);
    expect(met).toEqual(['two']);
    expect(set.match({ action: 'failed', user: 'root' })).toHaveLength(2);
  });

  it('holds for every rule of its log source when it says any, and for none of another', () => {
    const set = documents(base('one'), base('two'), filter('any'));
    expect(set.match({ action: 'failed', user: 'backup' })).toHaveLength(0);
    const other = documents(base('one'), filter('any', '{product: windows}'));
    expect(other.match({ action: 'failed', user: 'backup' })).toHaveLength(1);
  });

  it('is refused when it names no rule that is there', () => {
    expect(documents(base('one'), filter('[nobody]')).refused[0]?.reason).toBe('unknown_rule');
  });
});

describe('a file', () => {
  it('may hold a global document that the others share', () => {
    const set = documents(
      'action: global\ntitle: shared\nlogsource: {product: linux}\nlevel: high\n',
      'name: a\ndetection: {s: {x: 1}, condition: s}\n',
      'name: b\nlevel: low\ndetection: {s: {x: 2}, condition: s}\n',
    );
    expect(set.rules.map(({ title, level }) => [title, level])).toEqual([
      ['shared', 'high'],
      ['shared', 'low'],
    ]);
  });

  it('keeps what is for people', () => {
    const set = documents(
      base('one', 'author: An\nlicense: DRL\ntags: [attack.t1110]\nfalsepositives: [Unknown]\n'),
    );
    expect(set.rules[0]?.meta).toMatchObject({
      file: 'r.yml',
      line: 1,
      author: 'An',
      license: 'DRL',
      tags: ['attack.t1110'],
      falsepositives: ['Unknown'],
    });
  });
});
