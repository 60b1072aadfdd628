import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { EXIT } from '../verb.ts';
import { normalizeVerb } from './normalize.ts';

const SHARED = join(import.meta.dirname, '../../../../shared');
const CORPUS = join(SHARED, 'corpus/logs/ecs');
const SCORE = join(SHARED, 'tools/ecs-score.mjs');
const there = existsSync(CORPUS) && existsSync(SCORE);
if (!there) process.stderr.write(`SKIPPED: no sample logs at ${CORPUS}\n`);

/** Least share of right core and ECS fields, in percent; raise them when decoders get better. */
const FLOORS: readonly (readonly [string, number, number])[] = [
  ['apache', 100, 100],
  ['auditd', 85, 85],
  ['checkpoint', 92, 88],
  ['cisco_asa', 82, 71],
  ['cisco_ios', 85, 87],
  ['f5_bigip', 95, 84],
  ['fortinet_fortigate', 99, 98],
  ['iis', 100, 98],
  ['iptables', 81, 66],
  ['microsoft_sqlserver', 100, 89],
  ['mongodb', 100, 100],
  ['mysql', 97, 97],
  ['nginx', 100, 100],
  ['panw', 87, 80],
  ['postgresql', 98, 98],
  ['redis', 100, 100],
  ['sophos', 96, 81],
  ['suricata', 100, 64],
  ['system', 99, 98],
  ['windows', 97, 90],
  ['TOTAL', 95.8, 90.3],
];

function tool(mode: string, input?: Buffer): Buffer {
  return execFileSync(process.execPath, [SCORE, mode], {
    maxBuffer: 256 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
}

it('has the sample logs where they are required', () => {
  expect(there || process.env['CI'] !== 'true').toBe(true);
});

describe.runIf(there)('the sample logs of 23 kinds of device', () => {
  it('become the ECS documents that they must become, as far as was reached before', async () => {
    const io = { in: new PassThrough(), out: new PassThrough(), err: new PassThrough() };
    io.in.end(tool('emit'));
    const documents = buffer(io.out);
    expect(await normalizeVerb.run([], io)).toBe(EXIT.done);
    io.out.end();
    const table = tool('score', await documents).toString();
    const below = FLOORS.filter(([name, core, ecs]) => {
      const row = table.split('\n').find((line) => line.startsWith(`${name} `));
      const [, , , hasCore, hasEcs] = (row ?? '').trim().split(/\s+/).map(Number);
      return !(hasCore! >= core && hasEcs! >= ecs);
    });
    expect(below.map(([name]) => name)).toEqual([]);
  }, 60_000);
});
