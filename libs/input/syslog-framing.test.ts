import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SyslogFramer, type FramingOddity } from './index.ts';

interface Cut {
  readonly messages: Buffer[];
  readonly oddities: FramingOddity[];
}

function cut(chunks: readonly Buffer[], bytesMax = 1_048_576): Cut {
  const messages: Buffer[] = [];
  const oddities: FramingOddity[] = [];
  const framer = new SyslogFramer(bytesMax, (message, oddity) => {
    messages.push(Buffer.from(message));
    if (oddity !== undefined) oddities.push(oddity);
  });
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return { messages, oddities };
}

const strings = (cutUp: Cut) => cutUp.messages.map((message) => message.toString());

type Framing = 'counted' | 'counted_lf' | 'lf' | 'crlf' | 'nul';

function framed(message: Buffer, framing: Framing): Buffer {
  const inside = framing === 'counted_lf' ? Buffer.concat([message, Buffer.from('\n')]) : message;
  switch (framing) {
    case 'counted':
    case 'counted_lf':
      return Buffer.concat([Buffer.from(`${inside.length} `), inside]);
    case 'lf':
      return Buffer.concat([message, Buffer.from('\n')]);
    case 'crlf':
      return Buffer.concat([message, Buffer.from('\r\n')]);
    case 'nul':
      return Buffer.concat([message, Buffer.from([0])]);
  }
}

function split(bytes: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [
    0,
    ...at.map((n) => n % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i] ?? 0, end));
}

/** Text that may stand in any framing: no LF, NUL or CR, and begins like syslog. */
const text = fc
  .string({ unit: 'binary', maxLength: 80 })
  .map((s) => Buffer.from(`<13>${s.replaceAll(/[\n\r\0]/g, '·')}x`));
const bytes = fc
  .uint8Array({ maxLength: 200 })
  .map((b) => Buffer.concat([Buffer.from('<13>'), Buffer.from(b), Buffer.from('.')]));
const framings = fc.constantFrom<Framing>('counted', 'counted_lf', 'lf', 'crlf', 'nul');
const frame = fc.oneof(
  fc.record({ message: text, framing: framings }),
  fc.record({ message: bytes, framing: fc.constantFrom<Framing>('counted', 'counted_lf') }),
);

describe('SyslogFramer', () => {
  it('gives the same messages however mixed framings are split', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        (frames, at) => {
          const wire = Buffer.concat(
            frames.map(({ message, framing }) => framed(message, framing)),
          );
          const result = cut(split(wire, at));
          expect(result.messages).toEqual(frames.map(({ message }) => message));
          expect(result.oddities).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives the same messages when every byte comes alone', () => {
    const frames = ['<1>một\n\ttrace', '<2>hai', '<3>ba '].map((m) => Buffer.from(m));
    const wire = Buffer.concat(frames.map((m, i) => framed(m, i === 0 ? 'counted_lf' : 'lf')));
    expect(cut([...wire].map((byte) => Buffer.from([byte]))).messages).toEqual(frames);
  });

  it('keeps memory and gives everything in pieces when a message is over the limit', () => {
    const long = Buffer.from(`<1>${'x'.repeat(1000)}`);
    for (const framing of ['counted', 'lf', 'nul'] as const) {
      const wire = Buffer.concat([framed(long, framing), framed(Buffer.from('<2>next'), framing)]);
      const result = cut(split(wire, [7, 100, 450, 900]), 300);
      expect(Buffer.concat(result.messages.slice(0, -1))).toEqual(long);
      expect(result.messages.at(-1)?.toString()).toBe('<2>next');
      expect(result.messages.every((m) => m.length <= 300)).toBe(true);
      expect(new Set(result.oddities)).toEqual(new Set(['message_split']));
    }
  });

  it('takes a line that begins with a number as a line where lines came before', () => {
    expect(strings(cut([Buffer.from('<1>a\n2026 b\n10 c\n')]))).toEqual(['<1>a', '2026 b', '10 c']);
  });

  it('takes counted messages without priority, also one after the other', () => {
    expect(strings(cut([Buffer.from('5 hello5 world')]))).toEqual(['hello', 'world']);
  });

  it('takes dates and overlong numbers as text', () => {
    const wire = '2026-11-22T08:00:00Z x\n123456789 y\n0 z\n';
    expect(strings(cut([Buffer.from(wire)]))).toEqual([
      '2026-11-22T08:00:00Z x',
      '123456789 y',
      '0 z',
    ]);
  });

  it('keeps what a broken connection left', () => {
    expect(cut([Buffer.from('<1>a\n<2>no end')])).toEqual({
      messages: [Buffer.from('<1>a'), Buffer.from('<2>no end')],
      oddities: [],
    });
    expect(cut([Buffer.from('50 <1>half')])).toEqual({
      messages: [Buffer.from('<1>half')],
      oddities: ['message_unfinished'],
    });
  });

  it('skips blank lines', () => {
    expect(strings(cut([Buffer.from('\n\r\n\0<1>a\n\n')]))).toEqual(['<1>a']);
  });

  it('stays linear when a megabyte comes in single bytes', () => {
    const framer = new SyslogFramer(1_048_576, () => undefined);
    const byte = Buffer.from('x');
    const started = performance.now();
    for (let i = 0; i < 1_000_000; i += 1) framer.push(byte);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(framer.unfinishedBytes).toBe(1_000_000);
  });
});
