import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { anyDetection, anyEvent } from '../../test/oracle/sigma-arbitrary.ts';
import { compile, compileInPieces, type CompileOptions, type RuleSwitches } from './index.ts';

const NOTHING_OFF: RuleSwitches = { packs: [], levels: [], logsources: [], ids: [], on: [] };

const login = (name: string, level = 'low', product = 'windows') => `
title: ${name}
name: ${name}
author: Somebody
logsource: {product: ${product}, service: security}
level: ${level}
detection:
  selection: {EventID: 4625}
  condition: selection
`;
const brute = `
title: Brute force
name: brute
level: high
correlation:
  type: event_count
  rules: [failed]
  group-by: [source.ip]
  timespan: 5m
  condition: {gte: 10}
`;

function rulesOf(options: CompileOptions, ...texts: string[]) {
  return compile(
    texts.map((text, i) => ({ file: `${i}.yml`, text, pack: i === 0 ? 'ours' : 'public' })),
    options,
  );
}

const FAILED = { product: 'windows', service: 'security', EventID: 4625 };

describe('switches', () => {
  const names = (switches: Partial<RuleSwitches>) => {
    const texts = [login('failed'), login('other', 'medium', 'linux'), brute];
    const set = rulesOf({ switches: { ...NOTHING_OFF, ...switches } }, ...texts);
    const all = [...set.rules, ...set.correlations];
    return {
      on: all.map(({ id, silent }) => (silent ? `(${id})` : id)),
      off: set.off.map(({ id }) => id),
    };
  };

  it('leave all rules on by themselves', () => {
    expect(names({})).toEqual({ on: ['(failed)', 'other', 'brute'], off: [] });
  });

  it('turn off by id, pack, level and log source', () => {
    expect(names({ ids: ['other'] }).off).toEqual(['other']);
    expect(names({ packs: ['public'] }).off).toEqual(['other', 'brute']);
    expect(names({ levels: ['medium', 'high'] }).off).toEqual(['other', 'brute']);
    expect(names({ logsources: [{ product: 'linux' }] }).off).toEqual(['other']);
  });

  it('leave on what is named on', () => {
    expect(names({ packs: ['public'], on: ['other'] }).off).toEqual(['brute']);
  });

  it('keep a member of a correlation that is on, silently', () => {
    expect(names({ ids: ['failed'] })).toEqual({
      on: ['(failed)', 'other', 'brute'],
      off: ['failed'],
    });
  });

  it('let no member raise alerts because its correlation is off', () => {
    expect(names({ ids: ['brute'] }).on).toEqual(['other']);
  });
});

describe('parameters', () => {
  it('take the place of what a rule was written with', () => {
    const parameters = {
      failed: { level: 'high', suppressMs: 60_000 },
      brute: { condition: [{ op: 'gte', value: 5 }], timespanMs: 60_000 },
    } as const;
    const set = rulesOf({ parameters }, login('failed'), brute);
    expect(set.rules[0]).toMatchObject({ level: 'high', ours: { suppressMs: 60_000 } });
    expect(set.rules[0]?.meta.author).toBe('Somebody');
    expect(set.correlations[0]).toMatchObject({
      condition: [{ op: 'gte', value: 5 }],
      timespanMs: 60_000,
    });
  });

  it('of a province make a rule stricter there, whatever the centre sets, and never looser', () => {
    const at = (value: number) => [{ op: 'gte' as const, value }];
    const provinces = {
      '46': { brute: { condition: at(3), level: 'informational' } },
      '75': { brute: { condition: at(50), timespanMs: 900_000 } },
    } as const;
    const there = (parameters: CompileOptions['parameters'] & object) => {
      const set = rulesOf({ provinces, parameters }, login('failed'), brute);
      return set.correlations[0];
    };
    const central = there({});
    expect(central?.byProvince?.['46']).toMatchObject({
      condition: at(3),
      level: central?.level,
      timespanMs: central?.timespanMs,
    });
    expect(central?.byProvince?.['75']).toMatchObject({
      condition: central?.condition,
      timespanMs: 900_000,
    });
    const stricter = there({ brute: { condition: at(2) } });
    expect(stricter?.byProvince?.['46']?.condition).toEqual(at(2));
    const national = `${brute}thapcanh: {national: true}\n`;
    const known = rulesOf({ provinces }, login('failed'), national).correlations[0];
    expect(known?.byProvince).toBeUndefined();
  });
});

describe('exceptions', () => {
  const exception = {
    id: 'x1',
    rule: 'failed',
    where: { 'source.ip|cidr': ['10.0.0.0/8'], TargetUserName: ['scanner', 'probe*'] },
    owner: 'lan',
    reason: 'our own scanner',
    expires: Date.UTC(2026, 11, 1),
  };
  const event = {
    ...FAILED,
    '@timestamp': '2026-11-23T01:00:00Z',
    'source.ip': '10.1.1.1',
    TargetUserName: 'probe7',
  };

  it('hold an event that all their fields fit, and count it', () => {
    const set = rulesOf({ exceptions: [exception] }, login('failed'));
    expect(set.match(event)).toEqual([]);
    expect(set.match({ ...event, TargetUserName: 'lan' })).toHaveLength(1);
    expect(set.match(event)).toEqual([]);
    expect([...set.held()]).toEqual([['x1', 2]]);
  });

  it('say in an explanation who excepted what and until when', () => {
    const set = rulesOf({ exceptions: [exception] }, login('failed'));
    expect(set.explain(event, 'failed')).toMatchObject({
      matched: false,
      reason: 'exception',
      exception: { id: 'x1', owner: 'lan', reason: 'our own scanner' },
    });
  });

  it('end for events of the time they expire', () => {
    const set = rulesOf({ exceptions: [exception] }, login('failed'));
    expect(set.match({ ...event, '@timestamp': '2026-12-01T00:00:00Z' })).toHaveLength(1);
  });

  it('hold only events of their place', () => {
    const here = { ...exception, place: { province: '46' } };
    const set = rulesOf({ exceptions: [here] }, login('failed'));
    expect(set.match({ ...event, 'gov.locality.code': '46' })).toEqual([]);
    expect(set.match({ ...event, 'gov.locality.code': '01' })).toHaveLength(1);
  });

  it('are refused without fields, for unknown rules and with unknown modifiers', () => {
    const refusals = [
      { ...exception, where: {} },
      { ...exception, rule: 'nobody' },
      { ...exception, where: { 'a|nonsense': ['b'] } },
    ].map((one) => rulesOf({ exceptions: [one] }, login('failed')).refused[0]?.reason);
    expect(refusals).toEqual(['empty_selection', 'unknown_rule', 'unknown_modifier']);
  });
});

describe('loading in pieces', () => {
  it('gives the same rules and lets others work between', async () => {
    const sources = Array.from({ length: 100 }, (_, i) => {
      return { file: `${i}.yml`, text: login(`rule${i}`) };
    });
    let pauses = 0;
    const set = await compileInPieces(sources, {}, async () => {
      pauses++;
    });
    expect(pauses).toBeGreaterThan(4);
    expect(set.rules.map(({ id }) => id)).toEqual(compile(sources).rules.map(({ id }) => id));
    expect(set.match(FAILED)).toHaveLength(100);
  });

  it('meets what the set made at once meets', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyDetection, { minLength: 1, maxLength: 5 }),
        fc.array(anyEvent, { minLength: 1, maxLength: 5 }),
        async (detections, events) => {
          const sources = detections.map((detection, i) => {
            return { file: `${i}.yml`, text: `title: t\nlogsource: {}\n${detection}\n` };
          });
          const pieces = await compileInPieces(sources, {}, async () => {});
          const whole = compile(sources);
          for (const event of events) {
            const ids = whole.match(event).map(({ id }) => id);
            expect(pieces.match(event).map(({ id }) => id)).toEqual(ids);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
