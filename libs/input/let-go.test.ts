import { describe, expect, it } from 'vitest';

import { letGo } from './let-go.ts';

describe('letGo', () => {
  it('empties bytes of their own, once and again', () => {
    const bytes = Buffer.allocUnsafeSlow(300_000).fill(1);
    letGo(bytes);
    letGo(bytes);
    expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0]);
  });

  it('leaves bytes alone that share their memory', () => {
    const whole = Buffer.from('a long line of a log'.repeat(1_000));
    const part = whole.subarray(7, 11);
    letGo(part);
    letGo(Buffer.from('short, out of the pool of all'));
    letGo(new Uint8Array(new SharedArrayBuffer(8)));
    expect([part.toString(), whole.length]).toEqual(['line', 20_000]);
  });
});
