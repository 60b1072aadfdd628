import { describe, expect, it, onTestFinished } from 'vitest';

import type { Broadcast, ChangeLog, Lease, Roster } from './ports.ts';

type CleanUp = (undo: () => void) => void;

/** Two processes of one cluster. */
export interface CoordinationContract {
  readonly leases: (cleanUp: CleanUp) => Promise<readonly [Lease, Lease]>;
  readonly broadcasts: (cleanUp: CleanUp) => Promise<readonly [Broadcast, Broadcast]>;
  readonly logs: (cleanUp: CleanUp) => Promise<readonly [ChangeLog, ChangeLog]>;
  readonly rosters: (cleanUp: CleanUp) => Promise<readonly [Roster, Roster]>;
}

/** What every adapter of Lease, Broadcast, ChangeLog and Roster promises. */
export function coordinationContract({
  leases,
  broadcasts,
  logs,
  rosters,
}: CoordinationContract): void {
  leaseContract(leases);
  broadcastContract(broadcasts);
  changeLogContract(logs);
  rosterContract(rosters);
}

function leaseContract(open: CoordinationContract['leases']): void {
  describe('a lease', () => {
    it('has one holder per name in the cluster, and a later one with a higher fence', async () => {
      const [one, other] = await open(onTestFinished);
      const first = await one.take('retention');
      expect(first).toBeDefined();
      expect(await one.take('retention')).toBeUndefined();
      expect(await other.take('retention')).toBeUndefined();
      expect(await other.take('probes')).toBeDefined();
      await first?.release();
      const second = await other.take('retention');
      expect(second?.fence ?? 0).toBeGreaterThan(first?.fence ?? 0);
    });

    it('goes to one of many that ask at once', async () => {
      const [one, other] = await open(onTestFinished);
      const asked = [one, other, one, other, one, other].map((lease) => lease.take('grouping'));
      const taken = (await Promise.all(asked)).filter((held) => held !== undefined);
      expect(taken).toHaveLength(1);
    });
  });
}

function broadcastContract(open: CoordinationContract['broadcasts']): void {
  describe('a broadcast', () => {
    it('tells every process that listens to the topic, the teller too, until it stops', async () => {
      const [one, other] = await open(onTestFinished);
      const heard: unknown[] = [];
      const stop = one.listen('rules', (message) => heard.push(message));
      const far: unknown[] = [];
      other.listen('rules', (message) => far.push(message));
      other.listen('silences', () => far.push('another topic'));
      await expect
        .poll(() => {
          one.tell('rules', { hello: 'Huế' });
          return far.length;
        })
        .toBeGreaterThan(0);
      expect(heard.length).toBeGreaterThanOrEqual(far.length);
      expect(far[0]).toEqual({ hello: 'Huế' });
      stop();
      const before = heard.length;
      one.tell('rules', 'after');
      await expect.poll(() => far.at(-1)).toBe('after');
      expect(heard).toHaveLength(before);
      expect(far).not.toContain('another topic');
    });
  });
}

function changeLogContract(open: CoordinationContract['logs']): void {
  describe('a change log', () => {
    it('numbers what is appended by one and reads it from any position', async () => {
      const [one, other] = await open(onTestFinished);
      expect(await one.span('documents')).toMatchObject({ oldest: 1, newest: 0 });
      expect(await one.append('documents', ['a', { b: [1, null, 'ệ'] }])).toBe(2);
      expect(await other.append('documents', [3])).toBe(3);
      expect(await other.append('documents', [])).toBe(3);
      expect(await other.read('documents', 0, 10)).toEqual([
        { number: 1, body: 'a' },
        { number: 2, body: { b: [1, null, 'ệ'] } },
        { number: 3, body: 3 },
      ]);
      expect(await one.read('documents', 1, 1)).toEqual([
        { number: 2, body: { b: [1, null, 'ệ'] } },
      ]);
      expect(await one.read('documents', 3, 10)).toEqual([]);
      expect(await one.read('another', 0, 10)).toEqual([]);
    });

    it('waits for the next change, no longer than asked', async () => {
      const [one, other] = await open(onTestFinished);
      expect(await one.read('shard', 0, 10, 20)).toEqual([]);
      const waiting = one.read('shard', 0, 10, 5_000);
      await other.append('shard', ['late']);
      expect(await waiting).toEqual([{ number: 1, body: 'late' }]);
    });

    it('says by its span what was trimmed, and keeps numbers and life', async () => {
      const [one, other] = await open(onTestFinished);
      await one.append('shard', ['a', 'b', 'c']);
      const { life } = await one.span('shard');
      await other.trim('shard', 2);
      expect(await one.span('shard')).toEqual({ life, oldest: 3, newest: 3 });
      expect(await one.read('shard', 0, 10)).toEqual([{ number: 3, body: 'c' }]);
      await other.trim('shard', 3);
      expect(await one.span('shard')).toEqual({ life, oldest: 4, newest: 3 });
      expect(await one.append('shard', ['d'])).toBe(4);
    });

    it('takes many bodies at once, in order', async () => {
      const [one] = await open(onTestFinished);
      const bodies = Array.from({ length: 1_234 }, (_, n) => n);
      expect(await one.append('many', bodies)).toBe(1_234);
      const read = await one.read('many', 0, 2_000);
      expect(read.map(({ body }) => body)).toEqual(bodies);
    });
  });
}

function rosterContract(open: CoordinationContract['rosters']): void {
  describe('a roster', () => {
    it('shows who takes part in a role, with the facts they signed last, until they leave', async () => {
      const [one, other] = await open(onTestFinished);
      expect(await one.present('engine')).toEqual([]);
      await one.sign('engine', 'b', { shards: 3 });
      await other.sign('engine', 'a', { place: 'Huế' });
      await one.sign('engine', 'b', { shards: 8 });
      await one.sign('collector', 'c', {});
      expect(await other.present('engine')).toEqual([
        { id: 'a', facts: { place: 'Huế' } },
        { id: 'b', facts: { shards: 8 } },
      ]);
      await other.leave('engine', 'b');
      expect((await one.present('engine')).map(({ id }) => id)).toEqual(['a']);
    });
  });
}
