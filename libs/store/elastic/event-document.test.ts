import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newFields, type Event, type FieldValue } from '#libs/model';

import { someEvents } from '../contracts/sample-events.contract.ts';
import { documentOf, eventOf } from './event-document.ts';
import { OWN } from './layout.ts';

function eventWith(fields: Record<string, FieldValue>): Event {
  const held = Object.assign(newFields(), fields);
  return { id: 'AAAAAAAAAAAAAAAAAAAAAA', time: 1_000, received: 2_000, fields: held };
}

const sourceOf = (event: Event) => JSON.parse(documentOf(event)) as Record<string, unknown>;

const someName = fc.oneof(
  fc.constantFrom('message', 'event.original', 'source.ip', 'user.name', 'soc.time', '_id', ''),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
);
const someValue: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.string({ maxLength: 20, unit: 'grapheme' }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(fc.string({ maxLength: 5 }), fc.constant(null)), { maxLength: 3 }),
);

describe('documentOf', () => {
  it('loses nothing of an event', () => {
    const anyEvent = fc.dictionary(someName, someValue, { maxKeys: 8 }).map(eventWith);
    fc.assert(
      fc.property(
        fc.oneof(
          anyEvent,
          someEvents.map((events) => events[0] ?? eventWith({})),
        ),
        (event) => {
          const source = sourceOf(event);
          expect(eventOf(event.id, source)).toEqual(event);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives what has no field of its own a token, and what compares plainly none', () => {
    const source = sourceOf(
      eventWith({ 'labels.Zone': 'A "1"', 'user.name': 'Admin', 'host.name': 'Máy-1', 'a:b': 7 }),
    );
    expect(source[OWN.tokens]).toEqual(['labels.Zone:a "1"', 'host.name:máy-1', 'a\\:b:7']);
    expect(source[OWN.odd]).toBeUndefined();
  });

  it('names the fields whose values the index holds only roughly', () => {
    const source = sourceOf(
      eventWith({
        'source.ip': '010.1.2.3',
        'destination.ip': '2001:DB8::1',
        'client.ip': '2001:db8::1',
        'http.response.status_code': '0404',
        'destination.port': 443,
        'event.start': '2026-02-30T00:00:00.000Z',
        'event.end': '2026-02-28T00:00:00.000Z',
        'url.path': 'x'.repeat(3_000),
        'event.category': ['web', 'web'],
        'event.original': 'kept',
      }),
    );
    expect(source[OWN.odd]).toEqual([
      'source.ip',
      'destination.ip',
      'http.response.status_code',
      'event.start',
      'url.path',
      'event.category',
      'event.original',
    ]);
  });

  it('keeps words of the message in order and those that only the original has', () => {
    const source = sourceOf(
      eventWith({ message: 'Đăng nhập sai', 'event.original': '<13>web: đăng nhập sai' }),
    );
    expect(source[OWN.words]).toBe('dang nhap sai');
    expect(source[OWN.moreWords]).toBe('13 web');
  });
});
