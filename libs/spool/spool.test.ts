import { execFileSync } from 'node:child_process';
import {
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ManualClock, PermanentError, type BodyHeader } from '#libs/model';

import {
  openSpool,
  openSpoolReader,
  type Spool,
  type SpoolBody,
  type SpoolOptions,
} from './index.ts';

const header: BodyHeader = {
  input: 'http',
  format: 'ndjson',
  received: 1000,
  encoding: 'identity',
};

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thapcanh-spool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function open(folder: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const limits = { reserve_bytes: 0, ...options.limits };
  const spool = await openSpool({ folder, clock: new ManualClock(5000), ...options, limits });
  onTestFinished(() => spool.close());
  return spool;
}

async function append(spool: Spool, text: string | Buffer, received = 1000): Promise<number> {
  const appended = await spool.append({ ...header, received }, Buffer.from(text));
  if ('refused' in appended) throw new Error(appended.refused);
  return appended.position;
}

async function all(spool: Spool, from = 0): Promise<SpoolBody[]> {
  const bodies: SpoolBody[] = [];
  for await (const body of spool.reader.read(from, { to: spool.end })) bodies.push(body);
  return bodies;
}

const texts = async (spool: Spool, from = 0) =>
  (await all(spool, from)).map((body) => Buffer.from(body.bytes).toString());

const segments = async (folder: string) =>
  (await readdir(join(folder, 'spool'))).filter((name) => name.endsWith('.seg')).toSorted();

async function lastSegment(folder: string): Promise<string> {
  return join(folder, 'spool', (await segments(folder)).at(-1) ?? '');
}

describe('Spool', () => {
  it('gives back the bodies in order, with header and bytes as received, also after a start', async () => {
    const folder = await newFolder();
    const spool = await open(folder);
    const bytes = Buffer.from([0, 255, 10, 13, 0x9e, 0x54, 0xc4, 0x01]);
    const place = { province: '12' };
    const full: BodyHeader = { ...header, key: 'k', place, peer: '10.0.0.1', batch: 'b' };
    await spool.append(full, [bytes.subarray(0, 3), bytes.subarray(3)]);
    await append(spool, 'second');
    await spool.close();
    const again = await open(folder);
    const [first, second] = await all(again);
    expect(first?.header).toEqual(full);
    expect(Buffer.from(first?.bytes ?? []).equals(bytes)).toBe(true);
    expect(Buffer.from(second?.bytes ?? []).toString()).toBe('second');
    expect(again.id).toBe(spool.id);
    expect(again.mended).toEqual({ tailBytes: 0, missingBytes: 0 });
  });

  it('keeps everybody but its owner out', async () => {
    const folder = await newFolder();
    const spool = await open(folder);
    await append(spool, 'x');
    expect((await stat(join(folder, 'spool'))).mode & 0o777).toBe(0o700);
    expect((await stat(await lastSegment(folder))).mode & 0o777).toBe(0o600);
  });

  it('acknowledges many bodies together and in the order they were given', async () => {
    const spool = await open(await newFolder(), { limits: { segment_bytes: 2000 } });
    const names = Array.from({ length: 200 }, (_, i) => `body ${i} ${'x'.repeat(i)}`);
    const positions = await Promise.all(names.map((name) => append(spool, name)));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(await texts(spool)).toEqual(names);
  });

  it('reads on from any position: that of a body, the one after it, or one inside', async () => {
    const spool = await open(await newFolder(), { limits: { segment_bytes: 300 } });
    for (let i = 0; i < 9; i += 1) await append(spool, `body ${i}`);
    const bodies = await all(spool);
    for (const [i, body] of bodies.entries()) {
      expect((await texts(spool, body.position)).length).toBe(9 - i);
      expect((await texts(spool, body.next)).length).toBe(8 - i);
      expect((await texts(spool, body.position + 7)).length).toBe(8 - i);
    }
    expect(await spool.reader.quarantine.list()).toEqual([]);
  });

  it('follows the tail until it is told to stop', async () => {
    const spool = await open(await newFolder());
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const body of spool.reader.read(0, { signal: stop.signal })) {
        seen.push(Buffer.from(body.bytes).toString());
      }
    })();
    await append(spool, 'a');
    await expect.poll(() => seen).toEqual(['a']);
    await append(spool, 'b');
    await expect.poll(() => seen).toEqual(['a', 'b']);
    stop.abort();
    await reading;
  });

  it('lets another reader on the same folder read up to the end it is told', async () => {
    const folder = await newFolder();
    const spool = await open(folder);
    await append(spool, 'a');
    const reader = await openSpoolReader({ folder, clock: new ManualClock(0), end: spool.end });
    const first = await reader.take(0, 1e6);
    await append(spool, 'b');
    expect((await reader.take(first.next, 1e6)).bodies).toEqual([]);
    reader.extend(spool.end);
    const second = await reader.take(first.next, 1e6);
    expect(second.bodies.map((body) => Buffer.from(body.bytes).toString())).toEqual(['b']);
    expect(reader.id).toBe(spool.id);
  });

  it('frees only segments that lie wholly before the position and never the newest', async () => {
    const folder = await newFolder();
    const spool = await open(folder, { limits: { segment_bytes: 300 } });
    for (let i = 0; i < 12; i += 1) await append(spool, `body ${i}`);
    const bodies = await all(spool);
    const middle = bodies[6];
    const before = spool.bytes;
    await spool.free(middle?.position ?? 0);
    expect((await texts(spool, middle?.position)).length).toBe(6);
    expect(spool.bytes).toBeLessThan(before);
    await spool.free(spool.end);
    expect((await segments(folder)).length).toBe(1);
    await spool.close();
    const again = await open(folder);
    const next = await append(again, 'after');
    expect(next).toBeGreaterThan(bodies.at(-1)?.position ?? 0);
    expect(await again.reader.quarantine.list()).toEqual([]);
  });

  it('never gives a position twice, also when the newest segment was cut between two starts', async () => {
    const folder = await newFolder();
    const spool = await open(folder);
    await append(spool, 'kept');
    const lost = await append(spool, 'lost');
    await spool.close();
    const { size } = await stat(await lastSegment(folder));
    // Exactly between two records, where nothing looks torn.
    await truncate(await lastSegment(folder), size - (spool.end - lost));
    const again = await open(folder);
    expect(again.mended.missingBytes).toBe(spool.end - lost);
    expect(await again.reader.quarantine.counts()).toEqual({ missing: 1 });
    expect(await append(again, 'new')).toBeGreaterThan(lost);
    expect(await texts(again)).toEqual(['kept', 'new']);
  });

  it('refuses a folder of a newer version and one that lost its facts', async () => {
    const folder = await newFolder();
    const spool = await open(folder);
    await append(spool, 'x');
    await spool.close();
    const facts = join(folder, 'spool', 'spool.json');
    await writeFile(facts, JSON.stringify({ format: 99, id: 'x' }));
    await expect(open(folder)).rejects.toThrow(/newer version/);
    await rm(facts);
    await expect(open(folder)).rejects.toThrow(PermanentError);
  });
});

describe('Spool at its limits', () => {
  it('refuses when it is full and takes again when a segment was freed', async () => {
    const clock = new ManualClock(0);
    const limits = { bytes_max: 3000, segment_bytes: 1000 };
    const spool = await open(await newFolder(), { limits, clock });
    const big = 'x'.repeat(700);
    for (let i = 0; i < 3; i += 1) await append(spool, big);
    expect(await spool.append(header, Buffer.from(big))).toEqual({ refused: 'spool_full' });
    const waiting = spool.whenRoom(new AbortController().signal);
    await spool.free(spool.end);
    clock.advance(500);
    expect(await waiting).toBe('room');
    await append(spool, big);
  });

  it('refuses when the disk would fall below the reserve, and says so until there is room', async () => {
    const clock = new ManualClock(0);
    let free = 10_000;
    const limits = { reserve_bytes: 5000 };
    const spool = await open(await newFolder(), {
      limits,
      clock,
      freeBytes: () => Promise.resolve(free),
    });
    await append(spool, 'fits');
    free = 5010;
    clock.advance(2000);
    const refused = { refused: 'disk_full' };
    expect(await spool.append(header, Buffer.from('x'.repeat(100)))).toEqual(refused);
    expect(spool.state).toBe('disk_full');
    free = 50_000;
    const waiting = spool.whenRoom(new AbortController().signal);
    clock.advance(2000);
    expect(await waiting).toBe('room');
    await append(spool, 'again');
    expect(spool.state).toBe('ok');
    expect(await texts(spool)).toEqual(['fits', 'again']);
  });

  it('refuses a body over the limit and everything after the close', async () => {
    const spool = await open(await newFolder(), { limits: { record_bytes_max: 500 } });
    expect(await spool.append(header, Buffer.alloc(600))).toEqual({ refused: 'too_large' });
    await spool.close();
    expect(await spool.append(header, Buffer.alloc(6))).toEqual({ refused: 'closed' });
  });

  it('takes nothing back and nothing twice when a write fails half way', async ({ skip }) => {
    const folder = await newFolder();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      skip('a small file system can only be mounted by root');
    }
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    const filler = join(folder, 'filler');
    await writeFile(filler, Buffer.alloc(300_000));
    // Nobody can tell how much room there is: only the write itself finds out.
    const freeBytes = () => Promise.resolve(undefined);
    const spool = await open(folder, { freeBytes });
    const names = Array.from({ length: 20 }, (_, i) => `body ${i} ${'x'.repeat(70_000)}`);
    const taken: string[] = [];
    for (const name of names) {
      const appended = await spool.append(header, Buffer.from(name));
      if ('position' in appended) taken.push(name);
      else expect(appended.refused).toBe('disk_full');
    }
    expect(taken.length).toBeGreaterThan(5);
    expect(taken.length).toBeLessThan(15);
    expect(await texts(spool)).toEqual(taken);
    await writeFile(filler, '');
    await append(spool, 'after');
    expect(await texts(spool)).toEqual([...taken, 'after']);
    await spool.close();
    const again = await open(folder);
    expect(await texts(again)).toEqual([...taken, 'after']);
    expect(await again.reader.quarantine.list()).toEqual([]);
  });

  it('keeps the quarantine within its limits, the oldest goes first', async () => {
    const spool = await open(await newFolder(), { limits: { quarantine_files_max: 3 } });
    const { quarantine } = spool.reader;
    for (let position = 1; position <= 5; position += 1) {
      const thing = { position, reason: 'odd', bytes: Buffer.from('x'), at: 0 };
      expect(await quarantine.put(thing)).toBe('kept');
      expect(await quarantine.put({ ...thing, at: 7 })).toBe('known');
    }
    expect((await quarantine.list()).map((entry) => entry.position)).toEqual([3, 4, 5]);
    expect(quarantine.evicted).toBe(2);
  });
});

describe('Spool after damage', () => {
  it('reads every other body when any one byte was flipped, and sets the damage aside once', async () => {
    const folder = await newFolder();
    const spool = await open(folder);
    const names = Array.from({ length: 12 }, (_, i) => `body ${i} ${'y'.repeat(i * 9)}`);
    for (const name of names) await append(spool, name);
    const positions = (await all(spool)).map((body) => body.position);
    await spool.close();
    const path = await lastSegment(folder);
    const original = await readFile(path);
    const cases = fc.integer({ min: 0, max: original.length - 1 });
    await fc.assert(
      fc.asyncProperty(cases, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const copy = await mkdtemp(join(folder, 'copy-'));
        await open(copy).then((made) => made.close());
        await copyFile(join(folder, 'spool', 'spool.json'), join(copy, 'spool', 'spool.json'));
        const damaged = Buffer.from(original);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        await writeFile(join(copy, 'spool', path.slice(-20)), damaged);
        const again = await open(copy);
        const hit = positions.findLastIndex((position) => position <= at);
        const last = positions.length - 1;
        expect(await texts(again)).toEqual(names.filter((_, i) => i !== hit));
        expect(await texts(again)).toEqual(names.filter((_, i) => i !== hit));
        expect((await again.reader.quarantine.list()).length).toBe(1);
        expect(again.mended.tailBytes > 0).toBe(hit === last);
        await append(again, 'goes on');
        expect((await texts(again)).at(-1)).toBe('goes on');
        await again.close();
        await rm(copy, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps every whole body when the last segment is cut anywhere, and counts the rest', async () => {
    const folder = await newFolder();
    const spool = await open(folder, { limits: { segment_bytes: 700 } });
    const names = Array.from({ length: 12 }, (_, i) => `body ${i} ${'z'.repeat(i * 9)}`);
    for (const name of names) await append(spool, name);
    const bodies = await all(spool);
    await spool.close();
    const path = await lastSegment(folder);
    const base = Number(path.slice(-20, -4));
    const original = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: original.length - 1 }), async (size) => {
        const copy = await mkdtemp(join(folder, 'copy-'));
        await open(copy).then((made) => made.close());
        for (const name of ['spool.json', 'alive', ...(await segments(folder))]) {
          await copyFile(join(folder, 'spool', name), join(copy, 'spool', name));
        }
        await truncate(join(copy, 'spool', path.slice(-20)), size);
        const again = await open(copy);
        const whole = bodies.filter((body) => body.next <= base + size).length;
        expect(await texts(again)).toEqual(names.slice(0, whole));
        expect(again.mended.tailBytes + again.mended.missingBytes).toBeGreaterThan(0);
        expect((await again.reader.quarantine.list()).length).toBeGreaterThan(0);
        expect(await append(again, 'goes on')).toBeGreaterThan(spool.end);
        expect(await texts(again)).toEqual([...names.slice(0, whole), 'goes on']);
        await again.close();
        await rm(copy, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  it('says what is missing when a segment in the middle was cut or is gone', async () => {
    const folder = await newFolder();
    const spool = await open(folder, { limits: { segment_bytes: 400 } });
    for (let i = 0; i < 12; i += 1) await append(spool, `body ${i}`);
    const names = await segments(folder);
    expect(names.length).toBeGreaterThan(3);
    await truncate(join(folder, 'spool', names[0] ?? ''), 200);
    await rm(join(folder, 'spool', names[2] ?? ''));
    const left = await texts(spool);
    expect(left.length).toBeGreaterThan(3);
    expect(left.at(-1)).toBe('body 11');
    const counts = await spool.reader.quarantine.counts();
    expect(counts['missing']).toBe(2);
  });

  it('is not fooled by a body that holds a record of another place', async () => {
    const folder = await newFolder();
    const spool = await open(folder);
    await append(spool, 'first');
    const image = (await readFile(await lastSegment(folder))).subarray(32);
    await append(spool, Buffer.concat([image, image]));
    await append(spool, 'last');
    await spool.close();
    const path = await lastSegment(folder);
    const bytes = await readFile(path);
    const second = (await all(await open(folder)))[1]?.position ?? 0;
    bytes[second] = 0;
    await writeFile(path, bytes);
    const again = await open(folder);
    expect(await texts(again)).toEqual(['first', 'last']);
  });
});

describe('Spool before the last stop', () => {
  it('knows what was received in the last two seconds before a kill', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(10_000);
    const spool = await open(folder, { clock });
    await append(spool, 'old', 7000);
    const recent = await append(spool, 'recent', 9000);
    // What a kill leaves: the files as they are, the process never came to its close.
    const copy = await newFolder();
    await open(copy).then((made) => made.close());
    for (const name of ['spool.json', 'alive', ...(await segments(folder))]) {
      await copyFile(join(folder, 'spool', name), join(copy, 'spool', name));
    }
    const again = await open(copy, { clock });
    expect(again.beforeStop).toEqual({ stopped: 10_000, from: recent, to: spool.end });
  });

  it('knows nothing recent when the process lived on without taking anything', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(10_000);
    const spool = await open(folder, { clock });
    await append(spool, 'old', 10_000);
    clock.advance(5000);
    await spool.close();
    expect((await open(folder, { clock })).beforeStop).toBeUndefined();
  });
});
