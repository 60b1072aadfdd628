import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { load as parseYaml } from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';

import { loadConfig, readEnvironment, type LoadResult } from './load.ts';
import { printConfig } from './print.ts';

function loadText(text: string, env: NodeJS.ProcessEnv = {}): LoadResult {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'thapcanh.yaml');
  writeFileSync(file, text);
  return loadConfig(readEnvironment({ THAPCANH_CONFIG: file, ...env }));
}

function problemsOf(result: LoadResult): readonly string[] {
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('loadConfig', () => {
  it('fills in every default of an empty file', () => {
    const result = loadText('');
    expect(result.ok && result.config.http.port).toBe(8080);
    expect(result.ok && result.config.inputs.syslog_tcp.port).toBe(5514);
    expect(result.ok && result.config.store.retention_days).toBe(366);
  });

  it('names every problem at once, each with its path', () => {
    const problems = problemsOf(
      loadText('http: {prot: 80}\nspool: {bytes_max: lots}\nnotify: {channels: [{kind: pager}]}'),
    );
    expect(problems.find((p) => p.startsWith('http.prot: unknown key'))).toBeDefined();
    expect(problems.find((p) => p.startsWith('spool.bytes_max: '))).toContain('"lots"');
    expect(problems.some((p) => p.startsWith('notify.channels.0.kind'))).toBe(true);
  });

  it('refuses a shorter retention without a reason, and one of two URLs', () => {
    const problems = problemsOf(
      loadText('store: {retention_days: 90}', { REDIS_URL: 'redis://127.0.0.1' }),
    );
    expect(problems.some((p) => p.startsWith('store.retention_reason'))).toBe(true);
    expect(problems.some((p) => p.startsWith('ELASTICSEARCH_URL: REDIS_URL is set'))).toBe(true);
    expect(problemsOf(loadText('store: {retention_days: 90, retention_reason: trial}'))).toEqual(
      [],
    );
  });

  it('says so when the file is no YAML or is not there', () => {
    expect(problemsOf(loadText('http: [')).join()).toContain('is not YAML');
    const missing = loadConfig(readEnvironment({ THAPCANH_CONFIG: '/nowhere/thapcanh.yaml' }));
    expect(problemsOf(missing).join()).toContain('not there');
  });
});

describe('printConfig', () => {
  it('prints a file that loads and changes nothing', () => {
    const printed = loadText(printConfig());
    const empty = loadText('');
    expect(printed.ok && printed.config).toEqual(empty.ok && empty.config);
  });

  it('gives every key a meaning', () => {
    const lines = printConfig().split('\n');
    const keys = lines.filter((line) => /^\s*(# )?[a-z_]+:( |$)/.test(line) && !line.endsWith(':'));
    for (const key of keys) {
      const before = lines[lines.indexOf(key) - 1] ?? '';
      expect(before, key).toMatch(/^\s*# \S.{5}/);
    }
    expect(parseYaml(printConfig())).toBeTypeOf('object');
  });
});
