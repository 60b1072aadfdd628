import { describe, expect, it } from 'vitest';

import { REPLAY_BYTES_MAX, SNAPSHOT_MS_MAX, SnapshotPace } from './snapshot-pace.ts';

describe('the pace of snapshots', () => {
  it('saves a small state at every checkpoint that has something new', () => {
    const pace = new SnapshotPace(100);
    expect(pace.isDue(0, 100)).toBe(false);
    expect(pace.isDue(0, 101)).toBe(true);
    pace.took(2, 0, 101);
    expect(pace.isDue(2_000, 101)).toBe(false);
    expect(pace.isDue(2_000, 102)).toBe(true);
  });

  it('saves a large state so rarely that it takes a twentieth of the time', () => {
    const pace = new SnapshotPace(0);
    pace.took(500, 1_000, 10);
    expect(pace.isDue(10_999, 20)).toBe(false);
    expect(pace.isDue(11_000, 20)).toBe(true);
  });

  it('bounds the time between two snapshots and the bytes that a start would replay', () => {
    const pace = new SnapshotPace(0);
    pace.took(60_000, 0, 10);
    expect(pace.isDue(SNAPSHOT_MS_MAX - 1, 20)).toBe(false);
    expect(pace.isDue(SNAPSHOT_MS_MAX, 20)).toBe(true);
    expect(pace.isDue(1, 10 + REPLAY_BYTES_MAX)).toBe(true);
  });
});
