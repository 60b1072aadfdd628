// `npm run bench -- detect [--count N] [--rules DIR] [--rsigma BINARY] [--lanes a,b]`: the four
// lanes of ../shared/tools/sigma-lanes through the command line, and through rsigma where its
// binary is given: events per CPU-second, cold start taken off (performance.md §10, detect). Plain
// is compared with `off`, routed with `conflict`; both must find the same number of matches.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { decode } from '#libs/decode';
import { readRuleFiles } from '#libs/detect';
import { compile } from '#libs/sigma';

import { mixLines } from './line-mix.ts';

const ROOT = join(import.meta.dirname, '../..');
const SHARED = join(ROOT, '../shared');
const RUNS = 3;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    lanes: { type: 'string', default: 'raw_windows,linux_auth,web_access,fw_proxy' },
    rules: { type: 'string' },
    rsigma: { type: 'string' },
  },
});

interface Cost {
  readonly cpuS: number;
  readonly memoryMb: number;
  readonly matches: number;
}

function print(name: string, value: number, unit: string): void {
  const rounded = Math.round(value * 100) / 100;
  process.stdout.write(`${JSON.stringify({ bench: 'detect', name, value: rounded, unit })}\n`);
}

/** Runs a command on a file of events; GNU time tells what it cost. */
async function once(command: readonly string[], events: string): Promise<Cost> {
  const input = openSync(events, 'r');
  const child = spawn('/usr/bin/time', ['-f', '@ %U %S %M', ...command], {
    stdio: [input, 'pipe', 'pipe'],
  });
  let matches = 0;
  let told = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) matches++;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command.join(' ')} ended with ${String(code)}: ${told}`));
    });
    child.on('error', reject);
  });
  closeSync(input);
  const [, user = '0', system = '0', memory = '0'] = /@ (\S+) (\S+) (\S+)/.exec(told) ?? [];
  return { cpuS: Number(user) + Number(system), memoryMb: Number(memory) / 1024, matches };
}

async function quickest(command: readonly string[], events: string): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < RUNS; run++) costs.push(await once(command, events));
  return costs.reduce((best, cost) => (cost.cpuS < best.cpuS ? cost : best));
}

function rulesFolder(scratch: string): string {
  if (values.rules !== undefined) return values.rules;
  const archive = join(SHARED, 'corpus/sigma/sigma-rules-8eaafff.tgz');
  execFileSync('tar', ['xzf', archive, '-C', scratch]);
  return join(scratch, 'rules');
}

function makeEvents(folder: string, lane: string, count: string, more: readonly string[]): void {
  const generator = join(SHARED, 'tools/sigma-lanes/gen_events.py');
  const options = ['--out-dir', folder, '--lanes', lane, '--count', count, ...more];
  execFileSync('python3', [generator, ...options]);
}

interface Engine {
  readonly name: string;
  readonly command: readonly string[];
}

/** Events per CPU-second of each engine on one lane; the first is ours. */
async function compare(
  lane: string,
  engines: readonly Engine[],
  folder: string,
  one: string,
): Promise<void> {
  const events = join(folder, `${lane}.ndjson`);
  const rates: number[] = [];
  const found = new Set<number>();
  for (const { name, command } of engines) {
    const cold = await quickest(command, join(one, `${lane}.ndjson`));
    const cost = await quickest(command, events);
    const rate = Number(values.count) / (cost.cpuS - cold.cpuS);
    rates.push(rate);
    found.add(cost.matches);
    print(`${lane}_${name}`, rate, 'events/CPU-s');
    print(`${lane}_${name}_cold`, cold.cpuS, 'CPU-s');
    print(`${lane}_${name}_memory`, cost.memoryMb, 'MB');
  }
  const [ours = 0, peer] = rates;
  if (peer === undefined) return;
  print(`${lane}_${engines[0]?.name ?? ''}_ratio`, ours / peer, 'x');
  if (found.size > 1) throw new Error(`${lane}: not the same matches: ${[...found].join(', ')}`);
}

/** Public rules beside our own, spread over all of them. */
const PUBLIC_RULES = 500;
const MIX_EVENTS = 20_000;
const MIX_ROUNDS = 5;

/** Our pack and 500 public rules, as the product routes, over the lines that localities send. */
async function packCost(rules: string): Promise<void> {
  const own = await readRuleFiles([join(ROOT, 'rules')]);
  const all = await readRuleFiles([rules]);
  const every = Math.max(1, Math.floor(all.length / PUBLIC_RULES));
  const some = all.filter((_, i) => i % every === 0).slice(0, PUBLIC_RULES);
  const set = compile([...own, ...some]);
  const events = mixLines(MIX_EVENTS, Date.now()).map((line) => {
    const { dataset, fields } = decode(line);
    return Object.assign(fields, { 'event.dataset': dataset });
  });
  for (let round = 0; round < MIX_ROUNDS; round++) {
    const before = process.cpuUsage();
    for (const event of events) set.match(event);
    const { user, system } = process.cpuUsage(before);
    // The first rounds compile and learn.
    if (round === MIX_ROUNDS - 1) print('pack_match', (user + system) / MIX_EVENTS, 'us/event');
  }
}

if (!existsSync(SHARED)) {
  process.stderr.write(`no corpus at ${SHARED}\n`);
  process.exit(1);
}
const scratch = mkdtempSync(join(tmpdir(), 'detect-bench-'));
try {
  const rules = rulesFolder(scratch);
  const cli = join(ROOT, 'dist/apps/cli/main.js');
  const ours = (routing: string): Engine => ({
    name: `ours_${routing}`,
    command: [process.execPath, cli, 'detect', '--rules', rules, '--routing', routing],
  });
  const peer = (name: string, more: readonly string[]): Engine[] =>
    values.rsigma === undefined
      ? []
      : [{ name, command: [values.rsigma, 'engine', 'eval', '-r', rules, '-q', ...more] }];
  await packCost(rules);
  for (const lane of values.lanes.split(',').filter((name) => name !== '')) {
    for (const routed of [false, true]) {
      const more = routed ? ['--logsource'] : [];
      const folder = join(scratch, routed ? 'routed' : 'plain');
      const one = join(scratch, routed ? 'routed-one' : 'plain-one');
      makeEvents(folder, lane, values.count, more);
      makeEvents(one, lane, '1', more);
      const engines = routed
        ? [ours('conflict'), ...peer('rsigma_routed', ['--logsource-routing'])]
        : [ours('off'), ...peer('rsigma_plain', [])];
      await compare(lane, engines, folder, one);
      rmSync(join(folder, `${lane}.ndjson`));
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
