import { newFields, type Event, type FieldValue } from '#libs/model';

/** What a day's reader knows of a shape: the names in order. */
export type ShapeNames = readonly string[];

/** Stands in a line for an `event.original` that is the same as `message`; no value looks so. */
const AS_MESSAGE: Readonly<{ same?: never }> = {};

/** A value of a line, or what stands for it. */
export type LineValue = FieldValue | typeof AS_MESSAGE;

/** What a line holds for a field: the text that came in mostly stands in two fields. */
export function lineValue(name: string, value: FieldValue, event: Event): LineValue {
  if (name !== 'event.original' || typeof value !== 'string') return value;
  return value === event.fields['message'] ? AS_MESSAGE : value;
}

/**
 * The line of an event in its block: `[received − time, values in the order of its shape]`, or with
 * the names themselves when it has no shape. Time and shape stand in columns, the id beside the
 * block.
 */
export function shapedLine(event: Event, values: readonly LineValue[]): string {
  return JSON.stringify([event.received - event.time, values]);
}

export function unshapedLine(event: Event): string {
  return JSON.stringify([event.received - event.time, event.fields]);
}

/** The event of a line. `names` is undefined for a line with names of its own. */
export function readLine(
  line: string,
  id: string,
  time: number,
  names: ShapeNames | undefined,
): Event {
  const [delay, held] = JSON.parse(line) as [number, LineValue[] | Record<string, FieldValue>];
  const fields = newFields();
  if (names === undefined) {
    for (const [name, value] of Object.entries(held as Record<string, FieldValue>))
      fields[name] = value;
  } else {
    const values = held as LineValue[];
    names.forEach((name, index) => {
      const value = values[index] ?? null;
      const at = standsForMessage(value) ? names.indexOf('message') : index;
      fields[name] = (values[at] ?? null) as FieldValue;
    });
  }
  return { id, time, received: time + delay, fields };
}

function standsForMessage(value: LineValue): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
