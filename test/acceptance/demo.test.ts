import type { AlertView, IncidentRow, LocalityView } from '#libs/protocol';
import { beforeAll, describe, expect, it } from 'vitest';

import { suiteCleanUp } from '../support/clean-up.ts';
import { startProduct, type Product } from '../support/product.ts';
import { until } from '../support/until.ts';
import { every, incidentsOf, signIn, type Desk } from './desk.ts';

/** Ten times as fast as people see it: the ten minutes take one. */
const SPEED = 10;
const PLAY_MS = 150_000;
/** Provinces that send nothing in the demonstration (domain.md §7). */
const SILENT_PROVINCES = 12;

const cleanUp = suiteCleanUp();
let product: Product;
let desk: Desk;

beforeAll(async () => {
  product = await startProduct(cleanUp, { args: ['--demo', '--demo-speed', String(SPEED)] });
  const password = /password: (\S+)/.exec(product.output())?.[1] ?? '';
  desk = await signIn(product, 'trucban', password);
});

interface Expected {
  readonly rule: string;
  readonly province: string;
  readonly severity?: string;
  readonly status?: string;
}

const EXPECTED: readonly Expected[] = [
  { rule: 'OA-01', province: '46' },
  { rule: 'OA-01', province: '22' },
  { rule: 'OA-01', province: '48' },
  { rule: 'SD-10', province: '12', status: 'resolved' },
  { rule: 'SEC-01', province: '75' },
  { rule: 'SEC-04', province: '75', severity: 'critical' },
  { rule: 'AE-01', province: '68' },
  { rule: 'AE-02', province: '68' },
  { rule: 'SD-13', province: '80' },
  { rule: 'SEC-21', province: '96', severity: 'critical' },
];

function fits(row: IncidentRow, { rule, province, severity, status }: Expected): boolean {
  return (
    row.rules.includes(rule) &&
    row.locality.province === province &&
    (severity === undefined || row.severity === severity) &&
    (status === undefined || row.status === status)
  );
}

describe('the demonstration', () => {
  it('plays the storyline, and nothing that is not in it', async () => {
    const missing = async (): Promise<Expected[]> => {
      const rows = await incidentsOf(desk);
      return EXPECTED.filter((expected) => !rows.some((row) => fits(row, expected)));
    };
    await until(
      'all of the storyline is there',
      async () => ((await missing()).length === 0 ? true : undefined),
      { timeoutMs: PLAY_MS, everyMs: 500 },
    ).catch(() => undefined);
    expect(await missing()).toEqual([]);

    const localities = await every<LocalityView>(desk, '/api/v1/localities?limit=1000');
    const nothing = localities.filter(({ sending }) => sending === 0).map(({ code }) => code);
    expect(nothing).toHaveLength(SILENT_PROVINCES);
    const alerts = await every<AlertView>(desk, '/api/v1/alerts?limit=1000');
    const told = alerts
      .filter(
        ({ rule_id: rule, state }) => !rule.startsWith('thapcanh-self') && state === 'in_force',
      )
      .map(({ rule_code: code, locality }) => `${code} ${locality.province}`);
    const known = new Set(EXPECTED.map(({ rule, province }) => `${rule} ${province}`));
    // A commune whose link is down sends nothing, and a machine whose log was cleared falls silent.
    for (const also of ['SD-15 12', 'SD-15 96']) known.add(also);
    expect(told.filter((one) => !known.has(one))).toEqual([]);
    expect(told.filter((one) => nothing.includes(one.slice(-2)))).toEqual([]);
  });
});
