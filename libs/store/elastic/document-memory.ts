import { covers } from '#libs/model';

import type { Doc, ListRequest, Page } from '../ports.ts';
import { listCursor, readListCursor, type Held } from './document-record.ts';

/**
 * Removed documents remembered, so that an older change that comes later does not bring one back.
 */
const GONE_MAX = 10_000;

/** Which documents of a kind are held: all, or those with these keys. */
export type HeldKind = 'all' | Readonly<Record<string, string>>;

/** Kinds of which every process holds a copy. */
export type HeldKinds = Readonly<Record<string, HeldKind>>;

/** The copy: answers lists at once, and is moved on by numbered changes in any order. */
export class DocumentMemory {
  readonly #kinds: HeldKinds;
  readonly #held = new Map<string, Map<string, Held>>();
  readonly #gone = new Map<string, number>();

  constructor(kinds: HeldKinds) {
    this.#kinds = kinds;
    for (const kind of Object.keys(kinds)) this.#held.set(kind, new Map());
  }

  get kinds(): HeldKinds {
    return this.#kinds;
  }

  has(kind: string): boolean {
    return this.#held.has(kind);
  }

  get(kind: string, id: string): Held | undefined {
    return this.#held.get(kind)?.get(id);
  }

  /** All that is held of a kind. */
  heldOf(kind: string): Iterable<Held> {
    return this.#held.get(kind)?.values() ?? [];
  }

  /** Takes the change unless a later one of the same document is known. */
  apply(change: Held): void {
    const held = this.#held.get(change.kind);
    if (held === undefined) return;
    const name = `${change.kind}:${change.id}`;
    const known = held.get(change.id)?.seq ?? this.#gone.get(name) ?? -1;
    if (known >= change.seq) return;
    if (change.doc !== undefined && this.#isWanted(change.kind, change.doc)) {
      held.set(change.id, change);
      this.#gone.delete(name);
      return;
    }
    held.delete(change.id);
    this.#gone.delete(name);
    this.#gone.set(name, change.seq);
    const oldest = this.#gone.keys().next().value;
    if (this.#gone.size > GONE_MAX && oldest !== undefined) this.#gone.delete(oldest);
  }

  /** Whether a list of that kind can be answered from here. */
  answers(kind: string, { keys = {} }: ListRequest): boolean {
    const rule = this.#kinds[kind];
    if (rule === undefined) return false;
    if (rule === 'all') return true;
    return Object.entries(rule).every(([name, value]) => {
      const wanted = keys[name];
      return typeof wanted === 'string'
        ? wanted === value
        : wanted !== undefined && wanted.length > 0 && wanted.every((one) => one === value);
    });
  }

  list(kind: string, request: ListRequest): Page<unknown> {
    const rows: Doc<unknown>[] = [];
    for (const { doc } of this.#held.get(kind)?.values() ?? []) {
      if (doc !== undefined && isListed(doc, request)) rows.push(doc);
    }
    rows.sort((a, b) => b.order - a.order || (a.id < b.id ? 1 : -1));
    const after = readListCursor(request.cursor);
    const start =
      after === undefined ? 0 : rows.findIndex((doc) => isAfter(doc, after[0], after[1]));
    const page = start < 0 ? [] : rows.slice(start, start + Math.max(0, request.limit));
    const last = page.at(-1);
    const whole = { rows: page, total: rows.length };
    return last === undefined || start + page.length >= rows.length
      ? whole
      : { ...whole, next: listCursor(last) };
  }

  #isWanted(kind: string, { keys }: Doc<unknown>): boolean {
    const rule = this.#kinds[kind] ?? {};
    if (rule === 'all') return true;
    return Object.entries(rule).every(([name, value]) => keys[name] === value);
  }
}

function isAfter(doc: Doc<unknown>, order: number, id: string): boolean {
  return doc.order < order || (doc.order === order && doc.id < id);
}

function isListed(doc: Doc<unknown>, { scope, keys = {}, from, to }: ListRequest): boolean {
  if (!covers(scope, doc.place)) return false;
  if (from !== undefined && doc.order < from) return false;
  if (to !== undefined && doc.order >= to) return false;
  return Object.entries(keys).every(([name, wanted]) => {
    const value = doc.keys[name];
    return (
      value !== undefined &&
      (typeof wanted === 'string' ? wanted === value : wanted.includes(value))
    );
  });
}
