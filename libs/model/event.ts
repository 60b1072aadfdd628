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

type Slots = Record<`_${number}`, undefined>;

/**
 * A constructor whose prototype has no prototype keeps V8's fast properties; `Object.create(null)`
 * does not. Names that are computed go into a dictionary, several times as large and as slow, where
 * they do not find room inside the object: V8 counts the assignments below to reserve it, and what
 * the first objects used is what it keeps for all.
 */
const FieldsBase = function (this: Slots, fill: boolean): void {
  if (!fill) return;
  this._0 = this._1 = this._2 = this._3 = this._4 = this._5 = this._6 = this._7 = undefined;
  this._8 = this._9 = this._10 = this._11 = this._12 = this._13 = this._14 = this._15 = undefined;
  this._16 = this._17 = this._18 = this._19 = this._20 = this._21 = this._22 = this._23 = undefined;
  this._24 = this._25 = this._26 = this._27 = this._28 = this._29 = this._30 = this._31 = undefined;
  this._32 = this._33 = this._34 = this._35 = this._36 = this._37 = this._38 = this._39 = undefined;
  this._40 = this._41 = this._42 = this._43 = this._44 = this._45 = this._46 = this._47 = undefined;
} as unknown as { new (fill: boolean): Fields; prototype: object };
FieldsBase.prototype = Object.create(null) as object;

/** V8 settles the room of a constructor's objects after this many of them. */
const SETTLING = 16;
const settling = Array.from({ length: SETTLING }, () => new FieldsBase(true));
settling.length = 0;

/** An empty record without inherited names. */
export function newFields(): Fields {
  return new FieldsBase(false);
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

/** An event as it came out of JSON, with fields on which only its own names are found. */
export function eventOf(json: Event): Event {
  const fields = newFields();
  for (const name in json.fields) {
    const value = json.fields[name];
    if (value !== undefined) fields[name] = value;
  }
  return { id: json.id, time: json.time, received: json.received, fields };
}
