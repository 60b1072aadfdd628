import { newFields, type Event, type FieldValue } from '#libs/model';

/** What a day's reader knows of a shape: the names in order. */
export type ShapeNames = readonly string[];

/**
 * The line of an event in its block: `[received − time, values in the order of its shape]`, or with
 * the names themselves when it has no shape. Time and shape stand in columns, the id beside the
 * block.
 */
export function shapedLine(event: Event, values: readonly FieldValue[]): string {
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
  const [delay, held] = JSON.parse(line) as [number, FieldValue[] | Record<string, FieldValue>];
  const fields = newFields();
  if (names === undefined) {
    for (const [name, value] of Object.entries(held)) fields[name] = value;
  } else {
    names.forEach((name, index) => {
      fields[name] = (held as FieldValue[])[index] ?? null;
    });
  }
  return { id, time, received: time + delay, fields };
}
