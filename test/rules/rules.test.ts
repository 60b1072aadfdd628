import { join } from 'node:path';

import { compile } from '#libs/sigma';
import { describe, expect, it } from 'vitest';

import { readRuleFiles } from '#libs/detect';
import { decodeLine, openCorrelator } from '../../apps/cli/verbs/rule-parts.ts';
import { event } from '../model/builders.ts';
import { modelGroups } from '../model/groups.ts';
import { testSamples } from '../../apps/cli/verbs/rules-test.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'rules');
const sources = await readRuleFiles([folder]);
const set = compile(sources);
const alerting = [...set.rules, ...set.correlations].filter(
  (rule) => !rule.silent && rule.ours.recovers.length === 0,
);

describe('the shipped rules', () => {
  it('load without a refusal', () => {
    expect(sources.length).toBeGreaterThanOrEqual(10);
    expect(set.refused).toEqual([]);
  });

  it.each(sources.map(({ file }) => [file.slice(folder.length + 1), file]))(
    '%s does what its samples say',
    async (_name, file) => {
      const { passed, failures, without } = await testSamples(set, [file], {
        decodeLine,
        openCorrelator,
      });
      expect(failures).toEqual([]);
      expect(without).toEqual([]);
      expect(passed).toBeGreaterThan(0);
    },
  );

  it('hold the ten of the first release', () => {
    const codes = 'AE-01 AE-02 AE-05 OA-01 SD-10 SD-13 SD-15 SEC-01 SEC-04 SEC-21';
    const there = new Set(alerting.map(({ ours }) => ours.code));
    expect(codes.split(' ').filter((code) => !there.has(code))).toEqual([]);
  });

  it('make one incident of the guessing and the takeover of the demonstration', async () => {
    const login = { 'source.ip': '203.0.113.77', 'user.name': 'admin.tthc' };
    const events = Array.from({ length: 64 }, (_, i) =>
      event(`e${i}`, Date.UTC(2026, 10, 23, 2, 41, i), {
        ...login,
        'event.dataset': 'keycloak.event',
        'event.category': ['authentication'],
        'event.outcome': i < 63 ? 'failure' : 'success',
      }),
    );
    const correlator = await openCorrelator(set);
    const matches = events.flatMap((e) =>
      set.match(e.fields).map(({ id }) => ({ rule: id, event: e })),
    );
    const alerts = (await correlator.accept(matches)).map(({ alert }) => alert);
    expect(alerts.map(({ level }) => level).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'critical',
      'critical',
      'high',
      'high',
    ]);
    expect(modelGroups(alerts)).toHaveLength(1);
  });

  it.each(alerting.map((rule) => [rule.name ?? rule.id, rule] as const))(
    '%s says its sentence and four lines in both languages, without field names',
    (_name, { ours }) => {
      const { titleVi, sentence, card } = ours;
      expect(titleVi).toBeDefined();
      const texts = [sentence, card].flatMap((part) => [part?.vi, part?.en]);
      for (const text of texts) {
        const words = JSON.stringify(text ?? '');
        expect(words.length).toBeGreaterThan(20);
        expect(words.replaceAll(/\{[^{}]+\}/g, '')).not.toMatch(/\b[a-z]+\.[a-z]+[._a-z]*\b/);
      }
    },
  );

  it('fill in nothing but group fields, count, place and minutes', () => {
    for (const { ours, ...rule } of alerting) {
      const names = 'groupBy' in rule ? rule.groupBy.map(({ name }) => name) : [];
      const group = (ours.group ?? names).map((field) => field.split('|')[0]);
      const known = new Set([...group, 'count', 'place', 'minutes']);
      const used = JSON.stringify([ours.sentence, ours.card]).matchAll(/\{([a-z_.]+)\}/g);
      for (const [, name] of used)
        expect([rule.name, known.has(name ?? '')]).toEqual([rule.name, true]);
    }
  });

  it('have fixed ids, each its own', () => {
    const ids = [...set.rules, ...set.correlations].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
