import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RulesUnreadable } from '../rule-files.ts';
import { ArchiveUnreadable, readArchive } from './archive.ts';
import { readPack } from './pack-files.ts';

let folder: string;
const LONG = `${'long-'.repeat(30)}name.yml`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
  const inside = join(folder, 'in', 'sigma-main', 'rules', 'x');
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, 'a.yml'), 'title: a\n');
  writeFileSync(join(inside, LONG), 'title: tiếng Việt\n');
  writeFileSync(join(inside, 'a.samples.yml'), 'match: []\n');
  writeFileSync(join(folder, 'in', 'sigma-main', 'LICENSE'), '# The Detection Rule License 1.1\n');
  mkdirSync(join(folder, 'in', 'sigma-main', '.github'));
  writeFileSync(join(folder, 'in', 'sigma-main', '.github', 'b.yml'), 'on: push\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function tar(flags: string, name: string, format: string): string {
  const file = join(folder, name);
  execFileSync('tar', [flags, file, `--format=${format}`, '-C', join(folder, 'in'), 'sigma-main']);
  return file;
}

/** A zip archive with one deflated and one stored file. */
function zip(entries: readonly (readonly [path: string, text: string])[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [i, [path, text]] of entries.entries()) {
    const method = i % 2 === 0 ? 8 : 0;
    const body = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const name = Buffer.from(path);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(body.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(local, name, body);
    central.push(entry, name);
    at += local.length + name.length + body.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...central, end]);
}

describe('a pack', () => {
  it.each([
    ['cf', 'gnu.tar', 'gnu'],
    ['czf', 'pax.tgz', 'pax'],
    ['czf', 'ustar.tar.gz', 'gnu'],
  ])('is read from tar %s %s', (flags, name, format) => {
    const { files, license } = readPack(tar(flags, name, format));
    expect(files.map(({ path }) => path)).toEqual(['rules/x/a.yml', `rules/x/${LONG}`]);
    expect(files[1]?.text).toBe('title: tiếng Việt\n');
    expect(license).toBe('Detection Rule License 1.1');
  });

  it('is read from a folder as from the archive of it', () => {
    const tgz = tar('czf', 'same.tgz', 'pax');
    expect(readPack(join(folder, 'in', 'sigma-main'))).toEqual(readPack(tgz));
  });

  it('is read from zip, stored and deflated', () => {
    const file = join(folder, 'a.zip');
    const entries = [
      ['top/b.yml', 'title: b\n'],
      ['top/a.yaml', 'title: a\n'],
    ] as const;
    writeFileSync(file, zip(entries));
    expect(readPack(file).files).toEqual([
      { path: 'a.yaml', text: 'title: a\n' },
      { path: 'b.yml', text: 'title: b\n' },
    ]);
  });

  it('is refused when it holds no rule or is not there', () => {
    const file = join(folder, 'none.zip');
    writeFileSync(file, zip([['readme.txt', 'hello']]));
    expect(() => readPack(file)).toThrow(RulesUnreadable);
    expect(() => readPack(join(folder, 'nothing.tgz'))).toThrow(RulesUnreadable);
  });
});

describe('a hostile archive', () => {
  it('that unpacks to more than the limit is refused', () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024));
    expect(() => readArchive(bomb)).toThrow(ArchiveUnreadable);
    const packed = zip([['a.yml', 'a'.repeat(1000)]]);
    expect(readArchive(packed)).toHaveLength(1);
  });

  it('that is cut off or has a byte changed is read or refused, never anything else', () => {
    const sane = [
      readFileSync(tar('cf', 'cut.tar', 'pax')),
      zip([
        ['a.yml', 'title: a'],
        ['b', 'c'],
      ]),
    ];
    fc.assert(
      fc.property(fc.nat(1), fc.nat(), fc.nat(255), fc.boolean(), (nth, at, to, cut) => {
        const bytes = sane[nth] as Buffer;
        const changed = Buffer.from(bytes);
        changed[at % bytes.length] = to;
        try {
          readArchive(cut ? changed.subarray(0, at % bytes.length) : changed);
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveUnreadable);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
