import { newFields, type Event, type FieldValue } from '#libs/model';

/** Values of one field down the events of a shape; `one` where all have the same. */
type Column<T> = { readonly one: T } | { readonly each: readonly T[] };

/** Events that have the same fields in the same order. */
interface Shape {
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly times: Column<number>;
  readonly received: Column<number>;
  readonly columns: readonly Column<FieldValue>[];
}

/**
 * Events column by column: names stand once for a shape and not in each event, and a value that all
 * of it share stands once. `order` names the shape of each event in turn.
 */
export interface EventTable {
  readonly shapes: readonly Shape[];
  readonly order: readonly number[];
}

/** A step of the walk through the names of an event, which leads to its shape. */
interface Step {
  readonly next: Map<string, Step>;
  shape: OpenShape | undefined;
}

interface OpenShape {
  readonly number: number;
  readonly names: readonly string[];
  readonly ids: string[];
  readonly times: number[];
  readonly received: number[];
  readonly values: FieldValue[][];
}

const newStep = (): Step => ({ next: new Map(), shape: undefined });

function stepAfter(step: Step, name: string): Step {
  const known = step.next.get(name);
  if (known !== undefined) return known;
  const made = newStep();
  step.next.set(name, made);
  return made;
}

function openShape(names: readonly string[], number: number): OpenShape {
  return { number, names, ids: [], times: [], received: [], values: names.map(() => []) };
}

function columnOf<T>(each: readonly T[]): Column<T> {
  const [one] = each;
  for (const value of each) if (value !== one) return { each };
  return { one: one as T };
}

/** Names of fields are walked, not joined: no sign in them can make one shape of two. */
export function tableOf(events: readonly Event[]): EventTable {
  const root = newStep();
  const shapes: OpenShape[] = [];
  const order: number[] = [];
  for (const { id, time, received, fields } of events) {
    let step = root;
    for (const name in fields) if (fields[name] !== undefined) step = stepAfter(step, name);
    let { shape } = step;
    if (shape === undefined) {
      const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
      shape = openShape(names, shapes.length);
      step.shape = shape;
      shapes.push(shape);
    }
    shape.ids.push(id);
    shape.times.push(time);
    shape.received.push(received);
    let at = 0;
    for (const name in fields) {
      const value = fields[name];
      if (value !== undefined) shape.values[at++]?.push(value);
    }
    order.push(shape.number);
  }
  return {
    order,
    shapes: shapes.map(({ names, ids, times, received, values }) => ({
      names,
      ids,
      times: columnOf(times),
      received: columnOf(received),
      columns: values.map(columnOf),
    })),
  };
}

function valueAt<T>(column: Column<T> | undefined, row: number): T | undefined {
  if (column === undefined) return undefined;
  return 'one' in column ? column.one : column.each[row];
}

function eventAt({ names, ids, times, received, columns }: Shape, row: number): Event {
  const [id, time, taken] = [ids[row], valueAt(times, row), valueAt(received, row)];
  if (id === undefined || time === undefined || taken === undefined) {
    throw new TypeError(`row ${row} is not whole`);
  }
  const fields = newFields();
  for (let at = 0; at < names.length; at += 1) {
    const value = valueAt(columns[at], row);
    if (value !== undefined) fields[names[at] as string] = value;
  }
  return { id, time, received: taken, fields };
}

/** The events in their order. Throws when the table does not fit together. */
export function eventsOf({ shapes, order }: EventTable): Event[] {
  const rows = shapes.map(() => 0);
  return order.map((number) => {
    const shape = shapes[number];
    const row = rows[number];
    if (shape === undefined || row === undefined) throw new TypeError(`no shape ${number}`);
    rows[number] = row + 1;
    return eventAt(shape, row);
  });
}
