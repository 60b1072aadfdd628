import { describe, expect, it } from 'vitest';

import { newFields, type FieldValue } from '#libs/model';

import { lineValue, readLine, shapedLine } from './event-line.ts';

function throughLine(given: Record<string, FieldValue>): Record<string, FieldValue> {
  const fields = Object.assign(newFields(), given);
  const event = { id: 'one', time: 1_000, received: 1_250, fields };
  const names = Object.keys(given);
  const values = names.map((name) => lineValue(name, given[name] ?? null, event));
  const read = readLine(shapedLine(event, values), 'one', 1_000, names);
  expect(read.received).toBe(1_250);
  return { ...read.fields };
}

describe('the line of an event', () => {
  it.each([
    ['behind the message', { message: 'a line', 'event.original': 'a line' }],
    ['before the message', { 'event.original': 'a line', 'host.name': 'web', message: 'a line' }],
    ['unlike the message', { message: 'a line', 'event.original': '<13>a line' }],
    ['without a message', { 'event.original': 'a line', 'related.ip': ['10.0.0.1', null] }],
    ['empty', { message: '', 'event.original': '', 'error.code': null }],
  ])('gives an original %s back', (_, fields: Record<string, FieldValue>) => {
    expect(throughLine(fields)).toEqual(fields);
  });
});
