import { describe, expect, it, onTestFinished } from 'vitest';

import type { StateStore } from '../ports.ts';

/** Opens an empty store and sees to it that it is removed after the test. */
export type OpenStateStore = (cleanUp: (undo: () => Promise<void>) => void) => Promise<StateStore>;

/** What every state store promises. */
export function stateStoreContract(name: string, open: OpenStateStore): void {
  describe(`${name} keeps the promises of a state store`, () => {
    it('gives the last snapshot of a name with its position', async () => {
      const states = await open(onTestFinished);
      expect(await states.load('correlate')).toBeUndefined();
      await states.save('correlate', 10, Uint8Array.of(1, 2, 3));
      await states.save('correlate', 20, Uint8Array.of(10, 0, 13, 10));
      await states.save('other', 5, new Uint8Array());
      expect(await states.load('correlate')).toEqual({
        position: 20,
        snapshot: Uint8Array.of(10, 0, 13, 10),
      });
      expect(await states.load('other')).toEqual({ position: 5, snapshot: new Uint8Array() });
    });

    it('keeps the last of many saves at once, whole', async () => {
      const states = await open(onTestFinished);
      const snapshot = (fill: number) => new Uint8Array(100_000).fill(fill);
      await Promise.all([1, 2, 3, 4].map((fill) => states.save('x', fill, snapshot(fill))));
      expect(await states.load('x')).toEqual({ position: 4, snapshot: snapshot(4) });
    });

    it('keeps a snapshot of some megabytes', async () => {
      const states = await open(onTestFinished);
      const snapshot = Uint8Array.from({ length: 3_000_000 }, (_, at) => at % 251);
      await states.save('big', 1, snapshot);
      const loaded = await states.load('big');
      expect(Buffer.compare(loaded?.snapshot ?? new Uint8Array(), snapshot)).toBe(0);
    });

    it('refuses a name that could lead elsewhere', async () => {
      const states = await open(onTestFinished);
      for (const bad of ['', '../x', 'a/b', '.hidden', 'A'.repeat(200)]) {
        await expect(states.save(bad, 1, Uint8Array.of(1))).rejects.toThrow(/name/);
      }
    });
  });
}
