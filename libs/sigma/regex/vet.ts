import { RE2JS } from 're2js';

/** Characters of one regular expression. */
const SOURCE_CHARS_MAX = 10_000;

/** A pattern that runs in linear time, or why there is none. */
export type Vetted =
  | { readonly source: string; readonly flags: string }
  | {
      readonly refused: 'regex_invalid' | 'regex_not_linear';
      readonly message: string;
      readonly instead?: string;
    };

const INLINE_FLAGS = /^\(\?([ims]+)\)/;
const NOT_LINEAR = /\(\?(?:[=!>]|<[=!])|\\[1-9]|\\k<|[*+?}]\+/;

/**
 * Takes a PCRE subset (Sigma 2.1, modifiers, re): no lookaround, back-reference, atomic group or
 * possessive quantifier.
 */
export function vetRegex(written: string): Vetted {
  if (written.length > SOURCE_CHARS_MAX) {
    const message = `the expression is longer than ${SOURCE_CHARS_MAX} characters`;
    return { refused: 'regex_invalid', message };
  }
  let source = written;
  let flags = '';
  for (let found = INLINE_FLAGS.exec(source); found; found = INLINE_FLAGS.exec(source)) {
    source = source.slice(found[0].length);
    for (const flag of found[1] ?? '') if (!flags.includes(flag)) flags += flag;
  }
  if (isPlainlyFine(source)) return { source, flags };
  try {
    compileRegex(source, flags);
    return { source, flags };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!NOT_LINEAR.test(source)) {
      return { refused: 'regex_invalid', message: `not a regular expression: ${error.message}` };
    }
    return {
      refused: 'regex_not_linear',
      message: `lookaround, back-references and possessive parts do not run in linear time: ${error.message}`,
      instead: 'say what must stand in one selection and what must not in another: a and not b',
    };
  }
}

/**
 * Escapes, groups and classes that both engines read alike; anything else is left to the linear
 * one.
 */
const UNUSUAL =
  /\\[^dwsDWSbBntrf\W]|\\_|\\$|\(\?[^:]|\[\^?\]|\[:|\[[^\]]*\\[bBdwsDWS]|[^\x20-\x7e]/;
const COUNTS = /\{(\d*)(?:,(\d*))?\}/g;
/** Product of all counts of an expression that is surely not too large. */
const COUNTS_MAX = 1_000;

/**
 * True for what the linear engine surely takes; compiling every expression to see would make
 * loading slow.
 */
export function isPlainlyFine(source: string): boolean {
  if (UNUSUAL.test(source)) return false;
  let product = 1;
  for (const [, from = '', to = ''] of source.matchAll(COUNTS)) {
    product *= Math.max(1, Number(from), Number(to));
  }
  if (product > COUNTS_MAX) return false;
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    // The linear engine says better what is wrong.
    return false;
  }
}

/**
 * The expression in the linear-time engine. Throws what the engine says when it can not take it.
 */
export function compileRegex(source: string, flags: string): RE2JS {
  let bits = 0;
  if (flags.includes('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes('m')) bits |= RE2JS.MULTILINE;
  if (flags.includes('s')) bits |= RE2JS.DOTALL;
  return RE2JS.compile(source, bits);
}
