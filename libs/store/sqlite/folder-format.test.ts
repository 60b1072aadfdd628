import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { checkDataFolder } from './folder-format.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'data');
}

it('makes a fresh data folder and knows it again', () => {
  const folder = freshFolder();
  expect(checkDataFolder(folder)).toEqual({ ok: true, state: 'fresh', format: 1 });
  expect(checkDataFolder(folder)).toEqual({ ok: true, state: 'current', format: 1 });
});

it('refuses a folder of a newer format, in words', () => {
  const folder = freshFolder();
  checkDataFolder(folder, [], 7);
  const check = checkDataFolder(folder);
  expect(check).toMatchObject({ ok: false, reason: 'newer_format' });
  expect(check.ok ? '' : check.message).toMatch(/format 7.*up to 1/);
});

it('migrates an older folder step by step, and goes on where a step was stopped', () => {
  const folder = freshFolder();
  checkDataFolder(folder, [], 1);
  const done: number[] = [];
  let broken = true;
  const migrations = [3, 2].map((to) => ({
    to,
    run: () => {
      if (to === 3 && broken) throw new Error('stopped');
      done.push(to);
    },
  }));
  expect(() => checkDataFolder(folder, migrations, 3)).toThrow('stopped');
  broken = false;
  expect(checkDataFolder(folder, migrations, 3)).toMatchObject({ ok: true, state: 'migrated' });
  expect(done).toEqual([2, 3]);
});

it('refuses a folder of other files, and a format that can not be read', () => {
  const folder = freshFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, 'thesis.docx'), 'x');
  expect(checkDataFolder(folder)).toMatchObject({ ok: false, reason: 'not_ours' });
  writeFileSync(join(folder, 'format.json'), '{"format":');
  expect(checkDataFolder(folder)).toMatchObject({ ok: false, reason: 'damaged_format' });
});
