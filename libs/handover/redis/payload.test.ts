import { zstdCompressSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newFields, PermanentError, type Batch, type Event, type FieldValue } from '#libs/model';

import { NewerFormat, packBatch, unpackBatch } from './payload.ts';

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const value: fc.Arbitrary<FieldValue> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
const name = fc.oneof(
  fc.constantFrom('message', 'source.ip', '__proto__', 'a', 'a\0b', '1', 'constructor'),
  fc.string({ unit: 'binary' }),
);
const event = fc
  .record({
    id: fc.string({ minLength: 1 }),
    time: fc.integer(),
    received: fc.integer(),
    fields: fc.array(fc.tuple(name, value), { maxLength: 8 }),
  })
  .map(({ fields: pairs, ...rest }): Event => {
    const fields = newFields();
    for (const [key, held] of pairs) fields[key] = held;
    return { ...rest, fields };
  });

/** As text in which the order of fields counts, and own names alone. */
const told = (batch: Batch) =>
  batch.events.map(({ fields, ...rest }) => [rest, Object.entries(fields)]);

describe('a batch as it lies in Redis', () => {
  it('comes out as it went in, events and fields in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
        const batch = { from: 1, to: 2, received: 3, events };
        const out = await unpackBatch(await packBatch(batch));
        expect(told(out)).toEqual(told(batch));
        expect({ ...out, events: [] }).toEqual({ ...batch, events: [] });
        for (const { fields } of out.events) {
          expect('toString' in fields).toBe(Object.hasOwn(fields, 'toString'));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read in the format of the version before', async () => {
    const fields = { 'user.name': 'an', message: 'xin chào' };
    const batch = {
      from: 1,
      to: 2,
      received: 3,
      events: [{ id: 'a', time: 4, received: 5, fields }],
    };
    const before = Buffer.concat([Buffer.of(1), zstdCompressSync(JSON.stringify(batch))]);
    expect(told(await unpackBatch(before))).toEqual(told(batch));
  });

  it('is left alone when newer, and is broken for good when it does not fit together', async () => {
    await expect(unpackBatch(Buffer.of(9, 1))).rejects.toThrow(NewerFormat);
    await expect(unpackBatch(Buffer.of(2, 1))).rejects.toThrow(PermanentError);
    const torn = { from: 1, to: 2, received: 3, shapes: [], order: [0] };
    const bytes = Buffer.concat([Buffer.of(2), zstdCompressSync(JSON.stringify(torn))]);
    await expect(unpackBatch(bytes)).rejects.toThrow(PermanentError);
  });
});
