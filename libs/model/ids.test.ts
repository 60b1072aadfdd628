import { describe, expect, it } from 'vitest';

import { ID_LENGTH, placedEventId } from './ids.ts';

describe('ids of events without a name of their own', () => {
  it('are the same whenever they are made again, whatever was made between', () => {
    const first = [0, 1, 499].map((ordinal) => placedEventId('spool', 7_000, ordinal));
    placedEventId('spool', 8_000, 0);
    placedEventId('another', 7_000, 0);
    expect([0, 1, 499].map((ordinal) => placedEventId('spool', 7_000, ordinal))).toEqual(first);
  });

  it('stay apart inside a body, between bodies and between spools', () => {
    const ids = new Set<string>();
    for (const spool of ['a', 'b']) {
      for (let body = 0; body < 40; body += 1) {
        for (let ordinal = 0; ordinal < 500; ordinal += 1) {
          ids.add(placedEventId(spool, body * 300_000, ordinal));
        }
      }
    }
    expect(ids.size).toBe(2 * 40 * 500);
  });

  it('are whole numbers of bytes in base64url', () => {
    for (let ordinal = 0; ordinal < 300; ordinal += 1) {
      const id = placedEventId('spool', 12, ordinal);
      expect(id).toHaveLength(ID_LENGTH);
      expect(Buffer.from(id, 'base64url').toString('base64url')).toBe(id);
    }
  });
});
