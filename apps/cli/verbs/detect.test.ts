import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Alert } from '#libs/model';

import { createDetectVerb } from './detect.ts';
import { openCorrelator } from './detect-open.ts';
import { createRulesVerb } from './rules.ts';

let folder: string;

const RULE = `title: Failed "login"
id: 11111111-1111-4111-8111-111111111111
name: failed
logsource: {product: linux, service: sshd}
detection: {s: {action: failed}, condition: s}
level: low
`;
const OLD = `title: Old
logsource: {product: linux}
detection:
  s: {a: 1}
  condition: s | count() by b > 3
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'detect-verb-'));
  writeFileSync(join(folder, 'failed.yml'), RULE);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(verb: 'detect' | 'rules', args: readonly string[], input = '') {
  const told = { out: '', err: '' };
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk: Buffer, _, done) {
        told[name] += chunk.toString();
        done();
      },
    });
  const io = { in: Readable.from([Buffer.from(input)]), out: sink('out'), err: sink('err') };
  const made =
    verb === 'detect'
      ? createDetectVerb(openCorrelator)
      : createRulesVerb({ decodeLine: () => undefined, openCorrelator });
  return { status: await made.run(args, io), ...told };
}

describe('detect', () => {
  const event = '{"product":"linux","service":"sshd","action":"FAILED"}';

  it('prints one line per match with the number of the event', async () => {
    const input = `{"action":"failed"}\n${event}\nnot json\n\n${event}`;
    const { status, out, err } = await run('detect', ['--rules', folder], input);
    const line = (n: number) =>
      `{"event":${n},"rule_id":"11111111-1111-4111-8111-111111111111","title":"Failed \\"login\\"","level":"low"}\n`;
    expect(out).toBe(line(1) + line(4));
    expect(err).toContain('1 of 5 lines');
    expect(status).toBe(0);
  });

  it('takes a file that begins with a mark of its byte order', async () => {
    const { out, err } = await run('detect', ['--rules', folder], `\ufeff${event}\n`);
    expect([out.split('\n').length, err]).toEqual([2, '']);
  });

  it('says on standard error what was refused, with statistics in one line that holds it all', async () => {
    const bad = mkdtempSync(join(tmpdir(), 'detect-refused-'));
    writeFileSync(join(bad, 'a.yml'), RULE);
    writeFileSync(join(bad, 'old.yml'), OLD);
    const told = await run('detect', ['--rules', bad], event);
    const counted = await run('detect', ['--rules', bad, '--stats'], `${event}\nnot json\n`);
    rmSync(bad, { recursive: true });
    expect(told.err).toContain('1 rules were refused, the first: ');
    expect(told.err).toContain('old.yml:5:16: ');
    expect(JSON.parse(counted.err)).toMatchObject({ rules: 1, refused: 1, events: 2, broken: 1 });
  });

  it('meets more events when routing is off, and says what it loaded', async () => {
    const args = ['--rules', folder, '--routing', 'off', '--stats'];
    const { out, err } = await run('detect', args, '{"action":"failed"}\n');
    expect(out.split('\n')).toHaveLength(2);
    expect(JSON.parse(err)).toMatchObject({ rules: 1, refused: 0, events: 1, matches: 1 });
  });

  it('correlates a file however far out of order its events lie', async () => {
    const many = mkdtempSync(join(tmpdir(), 'detect-order-'));
    const correlation = `---
title: Many
name: many
correlation:
  type: event_count
  rules: [failed]
  group-by: [User]
  timespan: 5m
  condition: {gte: 3}
level: high
`;
    writeFileSync(join(many, 'many.yml'), RULE + correlation);
    const failed = (day: number, user: string) =>
      JSON.stringify({
        '@timestamp': `2026-11-0${day}T01:00:00Z`,
        product: 'linux',
        service: 'sshd',
        action: 'failed',
        User: user,
      });
    const late = Array.from({ length: 6 }).map(() => failed(9, 'late'));
    const input = [...late, failed(1, 'an'), ...Array(2500).fill(failed(5, 'mid'))];
    const text = [...input, failed(1, 'an'), ...late, failed(1, 'an')].join('\n');
    const { out } = await run('detect', ['--rules', many, '--correlate'], text);
    rmSync(many, { recursive: true });
    const alerts = out.split('\n').filter((line) => line.includes('"alert"'));
    const told = alerts.map((line) => (JSON.parse(line) as { alert: Alert }).alert);
    expect(told.map(({ group, count }) => [group['user.name'], count])).toEqual([
      ['an', 3],
      ['mid', 2500],
      ['late', 12],
    ]);
  });

  it('explains why an event does not match', async () => {
    const args = ['--rules', folder, '--explain', '0', '11111111-1111-4111-8111-111111111111'];
    const { out } = await run('detect', args, '{"action":"failed"}\n');
    expect(JSON.parse(out)).toMatchObject({ event: 0, matched: false, reason: 'log_source' });
    const named = await run('detect', [...args.slice(0, -1), 'failed'], `${event}\n`);
    expect(JSON.parse(named.out)).toMatchObject({ event: 0, matched: true });
  });

  it('tells wrong use from wrong input', async () => {
    expect((await run('detect', [])).status).toBe(2);
    expect((await run('detect', ['--rules', folder, '--routing', 'loose'])).status).toBe(2);
    expect((await run('detect', ['--rules', join(folder, 'none')])).status).toBe(1);
  });
});

describe('rules', () => {
  it('checks a folder and names the place of what is refused', async () => {
    expect((await run('rules', ['check', folder])).status).toBe(0);
    const bad = mkdtempSync(join(tmpdir(), 'rules-verb-'));
    writeFileSync(join(bad, 'old.yml'), OLD);
    const { status, out } = await run('rules', ['check', bad]);
    rmSync(bad, { recursive: true });
    expect(status).toBe(1);
    expect(out).toContain('old.yml:5:16: legacy_aggregation:');
    expect(out).toContain('type: event_count');
  });

  it('runs the samples beside the rules', async () => {
    const samples = join(folder, 'failed.samples.yml');
    const place = '{product: linux, service: sshd, action';
    writeFileSync(samples, `match: [${place}: failed}]\npass: [${place}: ok}]\n`);
    const good = await run('rules', ['test', folder, '--require-samples']);
    expect([good.status, good.out]).toEqual([0, '']);
    writeFileSync(samples, `match: [${place}: ok}]\n`);
    const bad = await run('rules', ['test', folder]);
    rmSync(samples);
    expect(bad.status).toBe(1);
    expect(bad.out).toContain('match[0]: does not match');
  });
});
