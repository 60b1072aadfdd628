/** A leaf of an ECS record. */
export type Scalar = string | number | boolean | null;

/** What one dotted field name holds; a list is a multi-valued field as Elasticsearch has it. */
export type FieldValue = Scalar | readonly Scalar[];

/**
 * One ECS record as flat, dotted names (`source.ip`, `gov.locality.code`). Made by `newFields`, so
 * that a
 * hostile name such as `__proto__` is an ordinary key.
 */
export type Fields = Record<string, FieldValue>;

// A constructor whose prototype has no prototype keeps V8's fast properties; Object.create(null)
// does not.
const FieldsBase = function () {} as unknown as { new (): Fields; prototype: object };
FieldsBase.prototype = Object.create(null) as object;

/** An empty record without inherited names. */
export function newFields(): Fields {
  return new FieldsBase();
}

/**
 * One normalized, masked event. `time` is the time it is filed and evaluated under: `@timestamp`,
 * or the time
 * of receipt when the sender's clock is mad (semantics.md, Time).
 */
export interface Event {
  /** 22 characters of base64url; see `eventId`. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** When the spool took it in (`event.ingested`), milliseconds since the epoch. */
  readonly received: number;
  readonly fields: Fields;
}

/** Why an event is not evaluated at its own `@timestamp`; stands in `gov.time.flag`. */
export type TimeFlag = 'future' | 'past' | 'missing';
