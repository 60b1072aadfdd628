import type { Event, Fields, FieldValue, Scalar } from '#libs/model';

import { contains, parseAddress, parseNetwork } from './address.ts';
import { compileRange } from './bounds.ts';
import { compileGlob } from './glob.ts';
import type { Query } from './syntax.ts';
import { fold, isPattern, wordsOf } from './words.ts';

/** A condition on one field. */
export type FieldQuery = Extract<Query, { kind: 'term' | 'exists' | 'range' | 'cidr' }>;
export type TextQuery = Extract<Query, { kind: 'text' }>;

export type Matcher = (fields: Readonly<Fields>, id: string) => boolean;
type Present = Exclude<Scalar, null>;

/** A field that holds null, an empty list or only nulls is not there. */
export function isEmpty(value: FieldValue | undefined): boolean {
  if (value === null || value === undefined) return true;
  return Array.isArray(value) && value.every((each) => each === null);
}

function isPresent(value: unknown): value is Present {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function some(value: unknown, test: (one: Present) => boolean): boolean {
  if (isPresent(value)) return test(value);
  return Array.isArray(value) && value.some((one) => isPresent(one) && test(one));
}

function compileNetwork(text: string): (value: Present) => boolean {
  const network = parseNetwork(text);
  if (network === undefined) return () => false;
  return (value) => {
    const address = typeof value === 'string' ? parseAddress(value) : undefined;
    return address !== undefined && contains(network, address);
  };
}

/** The test of a condition on one value of its field. Values compare by `fold` of their text. */
export function compileValueTest(query: FieldQuery): (value: Present) => boolean {
  if (query.kind === 'exists') return () => true;
  if (query.kind === 'range') return compileRange(query);
  if (query.kind === 'cidr') return compileNetwork(query.network);
  const wanted = fold(query.value);
  if (!query.wildcard) return (value) => fold(String(value)) === wanted;
  const glob = compileGlob(wanted);
  return (value) => glob.test(fold(String(value)));
}

/** The test of a condition on all that one field holds: one of its values is enough. */
export function compileFieldTest(query: FieldQuery): (value: FieldValue | undefined) => boolean {
  const test = compileValueTest(query);
  return (value) => some(value, test);
}

/** Stands between two texts, so that no phrase goes from one into the other. */
const TEXT_END = '';

/**
 * All words of an event's texts in order: of `message`, a list read one after the other, and of
 * `event.original` where that is another text.
 */
function textWords(message: FieldValue | undefined, original: FieldValue | undefined): string[] {
  const words: string[] = [];
  const add = (one: Present) => {
    for (const word of wordsOf(String(one))) words.push(word);
    return false;
  };
  some(message, add);
  if (original === message) return words;
  words.push(TEXT_END);
  some(original, add);
  return words;
}

/** The test of a text query on what stands in `message` and in `event.original`. */
export function compileTextTest(
  query: TextQuery,
): (message: FieldValue | undefined, original: FieldValue | undefined) => boolean {
  const tests = query.words.map((word) => {
    if (!isPattern(word)) return (one: string) => one === word;
    const glob = compileGlob(word);
    return (one: string) => glob.test(one);
  });
  return (message, original) => {
    const words = textWords(message, original);
    if (!query.phrase) return tests.every((test) => words.some(test));
    const last = words.length - tests.length;
    for (let start = 0; start <= last; start++) {
      if (tests.every((test, index) => test(words[start + index] ?? ''))) return true;
    }
    return false;
  };
}

function compileText(query: TextQuery): Matcher {
  const test = compileTextTest(query);
  return (fields) => test(fields['message'], fields['event.original']);
}

/** Turns a query into its test; what every store's answer must equal. */
export function compileQuery(query: Query): Matcher {
  switch (query.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const parts = query.parts.map(compileQuery);
      return (fields, id) => parts.every((part) => part(fields, id));
    }
    case 'or': {
      const parts = query.parts.map(compileQuery);
      return (fields, id) => parts.some((part) => part(fields, id));
    }
    case 'not': {
      const part = compileQuery(query.part);
      return (fields, id) => !part(fields, id);
    }
    case 'text':
      return compileText(query);
    case 'ids': {
      const ids = new Set(query.ids);
      return (_fields, id) => ids.has(id);
    }
    case 'term':
    case 'exists':
    case 'range':
    case 'cidr':
      break;
  }
  const test = compileFieldTest(query);
  return (fields) => test(fields[query.field]);
}

/** Whether one event meets a query: the meaning of the language, to which every store is held. */
export function matchesQuery(query: Query, event: Pick<Event, 'id' | 'fields'>): boolean {
  return compileQuery(query)(event.fields, event.id);
}
