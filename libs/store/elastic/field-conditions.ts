import { compareAddresses, parseAddress, parseNetwork, type Address } from '../query/address.ts';
import { rangeKind } from '../query/bounds.ts';
import type { FieldQuery } from '../query/matches.ts';
import { fold } from '../query/words.ts';
import { either, NOTHING, type Dsl } from './dsl.ts';
import { isPlainInteger, isPlainStamp, tokenStart } from './event-document.ts';
import { ipText, isPlainIp } from './ip-text.ts';
import {
  CODE_TEXT,
  kindOf,
  LONG_NAMES,
  NAME_CHARS_MAX,
  OWN,
  TOKEN_VALUE_CHARS_MAX,
  type FieldKind,
} from './layout.ts';

/** More `*` in one pattern make an automaton that the server refuses. */
const PATTERN_STARS_MAX = 6;
const PATTERN_CHARS_MAX = 256;

type Range = Extract<FieldQuery, { kind: 'range' }>;
type Term = Extract<FieldQuery, { kind: 'term' }>;

/**
 * `dsl` answers for events whose value of the field the index holds exactly; `undefined`: the index
 * cannot tell, every event that has the field must be read.
 */
export type FieldCondition = Dsl | undefined;

/** The name under which events stand in `soc.odd` for this field. */
export function oddName(field: string): string {
  return field.length > NAME_CHARS_MAX ? LONG_NAMES : field;
}

/** Exactly the events that have the field. */
export function hasField(field: string): Dsl {
  const odd: Dsl = { term: { [OWN.odd]: oddName(field) } };
  const kind = kindOf(field);
  if (kind === 'stored' || field.length > NAME_CHARS_MAX) return odd;
  if (kind === 'message') return either({ exists: { field: OWN.words } }, odd);
  if (kind === 'token') return either({ prefix: { [OWN.tokens]: tokenStart(field) } }, odd);
  return either({ exists: { field } }, odd);
}

/** The condition on one field, by what the index knows of it. */
export function fieldCondition(query: FieldQuery): FieldCondition {
  if (query.kind === 'exists') return hasField(query.field);
  const kind = kindOf(query.field);
  if (query.field.length > NAME_CHARS_MAX) return NOTHING;
  if (kind === 'stored') return NOTHING;
  if (kind === 'message') return undefined;
  if (query.kind === 'cidr') return kind === 'ip' ? network(query.field, query.network) : undefined;
  if (query.kind === 'range') return range(kind, query);
  return query.wildcard ? pattern(kind, query) : exact(kind, query);
}

function exact(kind: FieldKind, { field, value }: Term): FieldCondition {
  const wanted = fold(value);
  if (wanted.length > TOKEN_VALUE_CHARS_MAX) return NOTHING;
  const token: Dsl = { term: { [OWN.tokens]: tokenStart(field) + wanted } };
  const native = (held: unknown): Dsl => ({ term: { [field]: held } });
  switch (kind) {
    case 'keyword':
      return either({ term: { [field]: { value: wanted, case_insensitive: true } } }, token);
    case 'token':
      return token;
    case 'ip':
      return isPlainIp(wanted) ? native(wanted) : NOTHING;
    case 'long':
    case 'code':
      return isPlainInteger(wanted) ? native(Number(wanted)) : NOTHING;
    case 'date': {
      const stamp = wanted.toUpperCase();
      return isPlainStamp(stamp) ? between(field, { gte: stamp, lte: stamp }) : NOTHING;
    }
    case 'boolean':
      return /^(?:true|false)$/.test(wanted) ? native(wanted) : NOTHING;
    case 'message':
    case 'stored':
      return undefined;
  }
}

/** `10.1.*`: an IPv4 network in other words. */
const OCTETS = /^((?:\d{1,3}\.){1,3})\*$/;

function pattern(kind: FieldKind, { field, value }: Term): FieldCondition {
  const wanted = fold(value);
  if (kind === 'ip') {
    const octets = OCTETS.exec(wanted)?.[1]?.slice(0, -1).split('.');
    if (octets?.every((octet) => String(Number(octet)) === octet) !== true) return undefined;
    const padded = [...octets, '0', '0', '0'].slice(0, 4).join('.');
    return parseAddress(padded) && network(field, `${padded}/${octets.length * 8}`);
  }
  const held = wildcardOf(wanted);
  if (held === undefined) return undefined;
  const token = (): Dsl => ({
    wildcard: { [OWN.tokens]: { value: escaped(tokenStart(field)) + held } },
  });
  const native = (name: string): Dsl => ({
    wildcard: { [name]: { value: held, case_insensitive: true } },
  });
  if (kind === 'token') return token();
  if (kind === 'keyword') return either(native(field), token());
  return kind === 'code' ? native(`${field}.${CODE_TEXT}`) : undefined;
}

/** A pattern in the server's words; undefined when it is too much for the server. */
export function wildcardOf(folded: string): string | undefined {
  let text = '';
  let stars = 0;
  for (let at = 0; at < folded.length; at++) {
    const unit = folded.charAt(at);
    if (unit === '\\' && at + 1 < folded.length) text += escaped(folded.charAt(++at));
    else if (unit === '*') {
      stars += 1;
      text += unit;
    } else text += unit === '?' ? unit : escaped(unit);
  }
  return stars > PATTERN_STARS_MAX || text.length > PATTERN_CHARS_MAX ? undefined : text;
}

function escaped(text: string): string {
  return text.replaceAll(/[*?\\]/g, (sign) => `\\${sign}`);
}

function between(field: string, bounds: object): Dsl {
  return { range: { [field]: bounds } };
}

function range(kind: FieldKind, query: Range): FieldCondition {
  const { field, low, high } = query;
  const order = rangeKind(query);
  if (kind === 'token' && order === 'text') return tokenRange(query);
  if ((kind === 'long' || kind === 'code') && order === 'number') return integers(query);
  if (kind === 'ip' && order === 'address') {
    const text = (value: string) => ipText(parseAddress(value) ?? new Uint8Array(16));
    return between(field, {
      ...(low === undefined ? {} : { [low.inclusive ? 'gte' : 'gt']: text(low.value) }),
      ...(high === undefined ? {} : { [high.inclusive ? 'lte' : 'lt']: text(high.value) }),
    });
  }
  if (kind === 'date' && order === 'time') {
    return between(field, {
      format: 'epoch_millis',
      ...(low === undefined ? {} : { [low.inclusive ? 'gte' : 'gt']: Date.parse(low.value) }),
      ...(high === undefined ? {} : { [high.inclusive ? 'lte' : 'lt']: Date.parse(high.value) }),
    });
  }
  return undefined;
}

const BEYOND = /[\uD800-\uFFFF]/;

/** Folded texts in the order of their units, which is that of the index below U+D800. */
function tokenRange({ field, low, high }: Range): FieldCondition {
  const start = tokenStart(field);
  const [from, to] = [fold(low?.value ?? ''), fold(high?.value ?? '')];
  if (BEYOND.test(from + to)) return undefined;
  return between(OWN.tokens, {
    [low?.inclusive === false ? 'gt' : 'gte']: start + from,
    // The sign after the colon ends the field.
    ...(high === undefined
      ? { lt: `${start.slice(0, -1)};` }
      : { [high.inclusive ? 'lte' : 'lt']: start + to }),
  });
}

/** Integers held exactly are safe ones, so that bounds beyond them are the same as the last. */
function integers({ field, low, high }: Range): FieldCondition {
  let gte = -Number.MAX_SAFE_INTEGER;
  let lte = Number.MAX_SAFE_INTEGER;
  if (low !== undefined) {
    const bound = Number(low.value);
    gte = Math.max(gte, low.inclusive ? Math.ceil(bound) : Math.floor(bound) + 1);
  }
  if (high !== undefined) {
    const bound = Number(high.value);
    lte = Math.min(lte, high.inclusive ? Math.floor(bound) : Math.ceil(bound) - 1);
  }
  return gte > lte ? NOTHING : between(field, { gte, lte });
}

function network(field: string, text: string): FieldCondition {
  const parsed = parseNetwork(text);
  if (parsed === undefined) return NOTHING;
  const [low, high] = [edge(parsed.base, parsed.bits, 0), edge(parsed.base, parsed.bits, 0xff)];
  return compareAddresses(low, high) > 0
    ? NOTHING
    : between(field, { gte: ipText(low), lte: ipText(high) });
}

function edge(base: Address, bits: number, fill: 0 | 0xff): Address {
  return base.map((byte, at) => {
    const kept = Math.min(8, Math.max(0, bits - at * 8));
    const mask = (0xff00 >> kept) & 0xff;
    return (byte & mask) | (fill & ~mask & 0xff);
  });
}
