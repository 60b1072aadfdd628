import { RE2JS } from 're2js';

import type { Atom, Expr, FieldRef, Rule, Test } from '#libs/sigma';

/**
 * The simple matcher: every rule against every event, nothing prepared, nothing shared with the
 * fast one but
 * the conditions it reads. It says what is right.
 */
export function oracleMatch(rules: readonly Rule[], record: unknown): Rule[] {
  return rules.filter((rule) => holds(rule.condition, record));
}

function holds(expr: Expr, record: unknown): boolean {
  if (expr.op === 'const') return expr.value;
  if (expr.op === 'not') return !holds(expr.of, record);
  if (expr.op === 'atom') return atomHolds(expr, record);
  if (expr.op === 'and') return expr.of.every((part) => holds(part, record));
  return expr.of.some((part) => holds(part, record));
}

function atomHolds({ field, test }: Atom, record: unknown): boolean {
  if (field === undefined) return leaves(record).some((text) => textHolds(test, text));
  const value = readField(field, record);
  if (test.kind === 'exists') return value !== undefined;
  const values = scalars(value);
  if (test.kind === 'null') return isNothing(value);
  if (test.kind === 'field') {
    const others = scalars(readField(test.other, record));
    return values.some((one) => others.some((other) => refHolds(test, one, other)));
  }
  return values.some((one) => {
    if (test.kind === 'compare') return compared(decimal(one), test.op, test.value);
    if (test.kind === 'time') return compared(partOf(one, test.part), test.op, test.value);
    const text = textOf(one);
    return text !== undefined && textHolds(test, text);
  });
}

function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isNothing);
  return value === undefined || value === null;
}

function textHolds(test: Test, text: string): boolean {
  if (test.kind === 'text')
    return globOf(test).test(test.cased ? text.normalize('NFC') : lower(text));
  if (test.kind === 'regex') return regexOf(test).matcher(text.normalize('NFC')).find();
  return test.kind === 'cidr' && inNetwork(text, test.network.bytes, test.network.bits);
}

const lowered = new Map<string, string>();

function lower(text: string): string {
  let found = lowered.get(text);
  if (found === undefined) {
    if (lowered.size > 1000) lowered.clear();
    found = text.toLowerCase().normalize('NFC').replaceAll('ς', 'σ');
    lowered.set(text, found);
  }
  return found;
}

const regexes = new WeakMap<Test, RE2JS>();

function regexOf(test: Extract<Test, { kind: 'regex' }>): RE2JS {
  let found = regexes.get(test);
  if (found === undefined) {
    const flags =
      (test.flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
      (test.flags.includes('m') ? RE2JS.MULTILINE : 0) |
      (test.flags.includes('s') ? RE2JS.DOTALL : 0);
    found = RE2JS.compile(test.source, flags);
    regexes.set(test, found);
  }
  return found;
}

const globs = new WeakMap<Test, RegExp>();

/** A pattern as an ordinary regular expression over whole characters. */
function globOf(test: Extract<Test, { kind: 'text' }>): RegExp {
  let found = globs.get(test);
  if (found === undefined) {
    const marks = ['[^]*', '[^]', '[-/–—―]'];
    const parts = test.pattern.map((token) =>
      typeof token === 'string' ? token.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : marks[token],
    );
    found = new RegExp(`^${parts.join('')}$`, 'u');
    globs.set(test, found);
  }
  return found;
}

function refHolds(test: Extract<Test, { kind: 'field' }>, one: unknown, two: unknown): boolean {
  const change = test.cased ? (text: string) => text.normalize('NFC') : lower;
  const [text, wanted] = [textOf(one), textOf(two)].map((t) => (t === undefined ? t : change(t)));
  if (text === undefined || wanted === undefined) return false;
  if (test.how === 'equals') return text === wanted;
  if (test.how === 'startswith') return text.startsWith(wanted);
  return test.how === 'endswith' ? text.endsWith(wanted) : text.includes(wanted);
}

function readField(ref: FieldRef, record: unknown): unknown {
  let nothing: unknown;
  for (const name of ref.names) {
    const found = lookUp(record, name);
    if (found.length === 0) continue;
    const value = found.length === 1 ? found[0] : found.flat();
    if (value !== null) return value;
    nothing = null;
  }
  const { made } = ref;
  if (made === undefined) return nothing;
  const part = (name: string) => {
    const value = readField({ name, names: [name] }, record);
    return textOf(Array.isArray(value) ? value[0] : value)?.normalize('NFC');
  };
  let value: string | undefined;
  if (made.make === 'account') {
    const [domain, name] = made.from.map(part);
    if (domain !== undefined && name !== undefined) value = `${domain}\\${name}`;
  } else if (made.make === 'words') {
    const word = part(made.from);
    if (word !== undefined && Object.hasOwn(made.words, word)) value = made.words[word];
  } else {
    const parts = Object.entries(made.from)
      .map(([algorithm, field]) => [algorithm, part(field)] as const)
      .filter(([, hash]) => hash !== undefined);
    if (parts.length > 0) value = parts.map((pair) => pair.join('=')).join(',');
  }
  return value ?? nothing;
}

/**
 * Every value under a dotted name: as one key, through nested objects, through lists of objects.
 */
function lookUp(record: unknown, name: string): unknown[] {
  if (Array.isArray(record)) return record.flatMap((item: unknown) => lookUp(item, name));
  if (typeof record !== 'object' || record === null) return [];
  const found: unknown[] = [];
  for (const [key, value] of Object.entries(record)) {
    if (key === name) found.push(value);
    else if (name.startsWith(`${key}.`)) found.push(...lookUp(value, name.slice(key.length + 1)));
  }
  return found;
}

function scalars(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  return value === undefined ? [] : [value];
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function decimal(value: unknown): number {
  if (typeof value === 'number') return value;
  const decimals = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;
  if (typeof value !== 'string' || value.length > 40) return Number.NaN;
  return decimals.test(value) ? Number(value) : Number.NaN;
}

function partOf(value: unknown, part: string): number {
  let date = new Date(Number.NaN);
  if (typeof value === 'number') date = new Date(value > 1e11 ? value : value * 1000);
  else if (typeof value === 'string') {
    const [, day = '', clock, zone = 'Z'] =
      /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[-+]\d\d:\d\d)?)?\s*$/.exec(value) ?? [];
    if (day !== '') date = new Date(clock === undefined ? day : `${day}T${clock}${zone}`);
  }
  if (part === 'minute') return date.getUTCMinutes();
  if (part === 'hour') return date.getUTCHours();
  if (part === 'day') return date.getUTCDate();
  if (part === 'month') return date.getUTCMonth() + 1;
  if (part === 'year') return date.getUTCFullYear();
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.ceil(((thursday.getTime() - first) / 86_400_000 + 1) / 7);
}

function compared(value: number, op: string, limit: number): boolean {
  if (op === 'lt') return value < limit;
  if (op === 'lte') return value <= limit;
  if (op === 'gt') return value > limit;
  return op === 'gte' ? value >= limit : value === limit;
}

function inNetwork(text: string, bytes: readonly number[], bits: number): boolean {
  const address = bitsOf(text);
  const network = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return address?.length === network.length && address.startsWith(network.slice(0, bits));
}

function bitsOf(text: string): string | undefined {
  const plain = /^([^%]*:[^%]*)%[^%]+$/.exec(text)?.[1] ?? text;
  const v4 = /^(.*:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(plain);
  if (v4 !== null) {
    const bytes = v4.slice(2).map(Number);
    if (bytes.some((byte) => byte > 255)) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    const groups = [a * 256 + b, c * 256 + d].map((group) => group.toString(16));
    if (v4[1] !== undefined) return bitsOf(v4[1] + groups.join(':'));
    return bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  }
  if (!/^[\da-f:]*:[\da-f:]*$/i.test(plain)) return undefined;
  const halves = plain.split('::');
  const groups = halves.map((half) => half.split(':').filter((group) => group !== ''));
  if (halves.some((half) => /^:|:$|[\da-f]{5}/i.test(half))) return undefined;
  const missing = 8 - groups.flat().length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const filled = [...(groups[0] ?? []), ...Array(missing).fill('0'), ...(groups[1] ?? [])];
  const bits = filled
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
  // An IPv4 address in an IPv6 one is the IPv4 address.
  return bits.startsWith('0'.repeat(80) + '1'.repeat(16)) ? bits.slice(96) : bits;
}
