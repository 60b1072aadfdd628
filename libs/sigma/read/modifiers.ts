import type { CompareOp, TimePart } from '../expr.ts';
import { parseNetwork } from '../cidr.ts';
import { DASH, ONE, STAR, parsePattern, plainText, tidy, type Token } from '../pattern.ts';
import { Refused } from '../refusal.ts';
import { vetRegex } from '../regex/vet.ts';
import { numberOf, type ScalarNode } from '../yaml.ts';
import type { Origin } from '../source.ts';
import { compareTest, type TextValue, type Value } from './value.ts';

/** Values of `%name%` placeholders by name. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

/** What a modifier may look at: the scalar it works on and the values of placeholders. */
export interface ModifierContext {
  readonly node: ScalarNode;
  readonly key: Origin;
  readonly placeholders: Placeholders;
  /** True for the first modifier of the chain. */
  readonly first: boolean;
}

type Modifier = (value: Value, context: ModifierContext) => readonly Value[];

/** Values that one written value may become through `expand`. */
const EXPANSIONS_MAX = 10_000;

/** Modifiers that work on the list, not on each value. */
export const LIST_MODIFIERS: ReadonlySet<string> = new Set(['all', 'neq', 'exists']);

const compare =
  (op: CompareOp): Modifier =>
  (value, context) => {
    const number = numberOf(context.node);
    if (number === undefined) {
      throw new Refused('modifier_value', context.node, `|${op} compares with a number`);
    }
    if (value.kind !== 'text' && value.kind !== 'time') throw misplaced(op, context);
    return [{ kind: 'done', test: compareTest(value, op, number) }];
  };

const timePart =
  (part: TimePart): Modifier =>
  (value, context) => {
    const number = numberOf(context.node);
    if (number === undefined) {
      throw new Refused('modifier_value', context.node, `|${part} compares with a number`);
    }
    if (value.kind !== 'text') throw misplaced(part, context);
    return [{ kind: 'time', part, value: number }];
  };

const place =
  (how: 'startswith' | 'endswith' | 'contains'): Modifier =>
  (value, context) => {
    if (value.kind === 'field') return [{ ...value, how }];
    if (value.kind === 'regex') return [placedRegex(value, how)];
    if (value.kind !== 'text') throw misplaced(how, context);
    const before: Token[] = how === 'startswith' ? [] : [STAR];
    const after: Token[] = how === 'endswith' ? [] : [STAR];
    const tokens = tidy([...before, ...value.tokens, ...after]);
    return [{ ...value, tokens, placed: value.placed || how !== 'contains' }];
  };

function placedRegex(value: Extract<Value, { kind: 'regex' }>, how: string): Value {
  if (how === 'startswith') return { ...value, source: `^(?:${value.source})` };
  if (how === 'endswith') return { ...value, source: `(?:${value.source})$` };
  return value;
}

const encode =
  (name: string, toBytes: (text: string) => string): Modifier =>
  (value, context) => {
    const text = plainOf(value, name, context);
    return [{ ...text.value, tokens: tidy([toBytes(text.text)]), bytes: true }];
  };

const regexFlag =
  (flag: string): Modifier =>
  (value, context) => {
    if (value.kind !== 'regex') {
      throw new Refused('modifier_order', context.key, `|${flag} comes after |re`);
    }
    return [{ ...value, flags: value.flags.includes(flag) ? value.flags : value.flags + flag }];
  };

const MODIFIERS: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  ['contains', place('contains')],
  ['startswith', place('startswith')],
  ['endswith', place('endswith')],
  ['cased', cased],
  ['re', regex],
  ['i', regexFlag('i')],
  ['ignorecase', regexFlag('i')],
  ['m', regexFlag('m')],
  ['multiline', regexFlag('m')],
  ['s', regexFlag('s')],
  ['dotall', regexFlag('s')],
  ['base64', base64],
  ['base64offset', base64offset],
  ['wide', encode('wide', utf16le)],
  ['utf16le', encode('utf16le', utf16le)],
  ['utf16be', encode('utf16be', utf16be)],
  ['utf16', encode('utf16', (text) => `\u00ff\u00fe${utf16le(text)}`)],
  ['windash', windash],
  ['cidr', cidr],
  ['lt', compare('lt')],
  ['lte', compare('lte')],
  ['gt', compare('gt')],
  ['gte', compare('gte')],
  ['minute', timePart('minute')],
  ['hour', timePart('hour')],
  ['day', timePart('day')],
  ['week', timePart('week')],
  ['month', timePart('month')],
  ['year', timePart('year')],
  ['fieldref', fieldref],
  ['expand', expand],
]);

/** The modifier of a name; throws a refusal that names the nearest known ones. */
export function modifierOf(name: string, key: Origin): Modifier {
  const found = MODIFIERS.get(name);
  if (found !== undefined) return found;
  const known = [...LIST_MODIFIERS, ...MODIFIERS.keys()];
  const near = known.filter((one) => one.startsWith(name.slice(0, 3)) && name.length > 2);
  throw new Refused(
    'unknown_modifier',
    key,
    `unknown modifier |${name}`,
    `one of ${(near.length > 0 ? near : known).map((one) => `|${one}`).join(' ')}`,
  );
}

function cased(value: Value, context: ModifierContext): Value[] {
  if (value.kind !== 'text' && value.kind !== 'field') throw misplaced('cased', context);
  return [{ ...value, cased: true }];
}

function regex(value: Value, context: ModifierContext): Value[] {
  if (value.kind !== 'text' || !context.first) {
    throw new Refused('modifier_order', context.key, '|re must be the first modifier');
  }
  const vetted = vetRegex(value.raw);
  if (!('refused' in vetted)) return [{ kind: 'regex', ...vetted }];
  throw new Refused(vetted.refused, context.node, vetted.message, vetted.instead);
}

function cidr(value: Value, context: ModifierContext): Value[] {
  if (value.kind !== 'text' || !context.first) {
    throw new Refused('modifier_order', context.key, '|cidr must be the first modifier');
  }
  const network = parseNetwork(value.raw);
  if (network !== undefined) return [{ kind: 'done', test: { kind: 'cidr', network } }];
  const message = `${value.raw} is not a network`;
  throw new Refused('modifier_value', context.node, message, '10.0.0.0/8 or 2001:db8::/32');
}

function fieldref(value: Value, context: ModifierContext): Value[] {
  if (value.kind !== 'text' || value.raw === '') throw misplaced('fieldref', context);
  return [{ kind: 'field', name: value.raw, how: 'equals', cased: value.cased }];
}

function base64(value: Value, context: ModifierContext): Value[] {
  const { value: text, bytes } = plainOf(value, 'base64', context);
  return [{ ...text, tokens: tidy([bytes.toString('base64')]), bytes: false }];
}

function base64offset(value: Value, context: ModifierContext): Value[] {
  const { value: text, bytes } = plainOf(value, 'base64offset', context);
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift, 32), bytes]).toString('base64');
    // Characters that also depend on what stands before or behind the value are cut off.
    const start = [0, 2, 3][shift] ?? 0;
    const end = encoded.length - ([0, 3, 2][(bytes.length + shift) % 3] ?? 0);
    return { ...text, tokens: tidy([encoded.slice(start, end)]), bytes: false };
  });
}

const WORD = /[\p{L}\p{N}_]/u;

function windash(value: Value, context: ModifierContext): Value[] {
  if (value.kind !== 'text') throw misplaced('windash', context);
  const tokens = value.tokens.flatMap((token): Token[] => {
    if (typeof token !== 'string') return [token];
    const out: Token[] = [];
    let literal = '';
    for (let i = 0; i < token.length; i++) {
      const char = token.charAt(i);
      const option =
        (char === '-' || char === '/') &&
        !WORD.test(token.charAt(i - 1)) &&
        WORD.test(token.charAt(i + 1));
      if (option) {
        out.push(literal, DASH);
        literal = '';
      } else literal += char;
    }
    out.push(literal);
    return out;
  });
  return [{ ...value, tokens: tidy(tokens) }];
}

const PLACEHOLDER = /\\%|%([^%\\]+)%/g;

/** Puts the values of placeholders in; several placeholders give every combination. */
function expand(value: Value, context: ModifierContext): Value[] {
  if (value.kind !== 'text') throw misplaced('expand', context);
  let variants: Token[][] = [[]];
  for (const token of value.tokens) {
    if (typeof token !== 'string') {
      variants = variants.map((variant) => [...variant, token]);
      continue;
    }
    let done = 0;
    for (const found of token.matchAll(PLACEHOLDER)) {
      const literal = token.slice(done, found.index);
      done = found.index + found[0].length;
      const name = found[1];
      const choices: readonly Token[][] =
        name === undefined ? [['%']] : valuesOf(name, context).map(parsePattern);
      if (variants.length * choices.length > EXPANSIONS_MAX) {
        const message = `the placeholders give more than ${EXPANSIONS_MAX} values`;
        throw new Refused('too_large', context.node, message);
      }
      variants = variants.flatMap((variant) =>
        choices.map((choice) => [...variant, literal, ...choice]),
      );
    }
    const rest = token.slice(done);
    variants = variants.map((variant) => [...variant, rest]);
  }
  return variants.map((tokens) => ({ ...value, tokens: tidy(tokens) }));
}

function valuesOf(name: string, context: ModifierContext): readonly string[] {
  const values = Object.hasOwn(context.placeholders, name) ? context.placeholders[name] : undefined;
  if (values !== undefined && values.length > 0) return values;
  throw new Refused(
    'placeholder_unresolved',
    context.node,
    `no values are given for the placeholder %${name}%`,
    `give values for ${name} (--placeholders FILE with a line "${name}: [value, value]")`,
  );
}

function plainOf(
  value: Value,
  name: string,
  context: ModifierContext,
): { value: TextValue; text: string; bytes: Buffer } {
  if (value.kind !== 'text') throw misplaced(name, context);
  const text = plainText(value.tokens);
  if (text !== undefined) {
    return { value, text, bytes: Buffer.from(text, value.bytes ? 'latin1' : 'utf8') };
  }
  const mark = value.tokens.includes(STAR) ? '*' : value.tokens.includes(ONE) ? '?' : 'windash';
  const message = `|${name} can not encode a value with ${mark}`;
  const instead = `write \\${mark} for the character itself, and |contains behind |${name}`;
  throw new Refused('modifier_value', context.node, message, instead);
}

function utf16le(text: string): string {
  return Buffer.from(text, 'utf16le').toString('latin1');
}

function utf16be(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('latin1');
}

function misplaced(name: string, context: ModifierContext): Refused {
  const message = `|${name} does not go with this value or the modifiers before it`;
  return new Refused('modifier_order', context.key, message);
}
