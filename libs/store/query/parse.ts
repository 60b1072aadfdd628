import { parseNetwork } from './address.ts';
import {
  QUERY_CHARS_MAX,
  QUERY_DEPTH_MAX,
  QUERY_TERMS_MAX,
  QUERY_VALUE_CHARS_MAX,
} from './limits.ts';
import { problemAt, type ProblemCode } from './problems.ts';
import type { Query, QueryProblem } from './syntax.ts';
import { wordPatternsOf, wordsOf } from './words.ts';

/** Exactly one of the two is there. */
export type ParsedQuery =
  | { readonly query: Query; readonly problem?: undefined }
  | { readonly query?: undefined; readonly problem: QueryProblem };

/**
 * Reads the search page's query language in time linear in its length; never throws. An empty text
 * is all events.
 */
export function parseQuery(text: string): ParsedQuery {
  if (text.length > QUERY_CHARS_MAX) return { problem: problemAt('too_long', QUERY_CHARS_MAX) };
  try {
    return { query: new QueryReader(text).read() };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem };
    throw error;
  }
}

class Refused extends Error {
  readonly problem: QueryProblem;

  constructor(code: ProblemCode, at: number) {
    super(code);
    this.problem = problemAt(code, at);
  }
}

/** A value as written: `text` without escapes, `pattern` with those that keep jokers literal. */
interface Written {
  readonly at: number;
  readonly text: string;
  readonly pattern: string;
  readonly jokers: boolean;
}

const FIELD = /([\p{L}_@][\p{L}\p{N}_.@[\]-]*):(?!:(?!:)|\/\/)/uy;
const OPERATOR = /(?:AND|OR|NOT|&&|\|\|)(?=[\s()]|$)/y;
const BOUND_END = /\s+TO\s+/y;
const NETWORK_LIKE = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)\/\d+$/i;
const EXISTS_FIELD = '_exists_';
const MESSAGE = 'message';

class QueryReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Query {
    this.#skipSpaces();
    if (this.#at === this.#text.length) return { kind: 'all' };
    const query = this.#or(undefined);
    if (this.#at < this.#text.length) throw new Refused('paren_close', this.#at);
    return query;
  }

  #or(field: string | undefined): Query {
    const parts = [this.#and(field)];
    while (this.#takeOperator('OR', '||')) parts.push(this.#and(field));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'or', parts };
  }

  #and(field: string | undefined): Query {
    const parts: Query[] = [];
    const words: string[] = [];
    let wordsIndex = -1;
    const add = (part: Query) => {
      if (part.kind !== 'text' || part.phrase) return parts.push(part);
      // Words that stand beside each other are one condition, as people mean them.
      if (wordsIndex < 0) wordsIndex = parts.push({ kind: 'text', words, phrase: false }) - 1;
      return words.push(...part.words);
    };
    add(this.#unary(field));
    for (;;) {
      if (!this.#takeOperator('AND', '&&') && !this.#startsOperand()) break;
      add(this.#unary(field));
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'and', parts };
  }

  #startsOperand(): boolean {
    this.#skipSpaces();
    const next = this.#text.charAt(this.#at);
    if (next === '' || next === ')') return false;
    const operator = this.#peekOperator();
    return operator === undefined || operator === 'NOT';
  }

  #unary(field: string | undefined): Query {
    this.#skipSpaces();
    const next = this.#text.charAt(this.#at);
    const after = this.#text.charAt(this.#at + 1);
    const sign = (next === '-' || next === '!') && after !== '' && !/\s/.test(after);
    if (!sign && !this.#takeOperator('NOT', 'NOT')) return this.#primary(field);
    if (sign) this.#at++;
    return this.#deeper(() => ({ kind: 'not', part: this.#unary(field) }));
  }

  #deeper(read: () => Query): Query {
    if (++this.#depth > QUERY_DEPTH_MAX) throw new Refused('too_deep', this.#at);
    const query = read();
    this.#depth--;
    return query;
  }

  #primary(field: string | undefined): Query {
    this.#skipSpaces();
    const at = this.#at;
    const next = this.#text.charAt(at);
    if (next === '' || next === ')' || this.#peekOperator() !== undefined) {
      throw new Refused(field === undefined ? 'operand_missing' : 'value_missing', at);
    }
    if (next === '(') return this.#group(field);
    if (field !== undefined) return this.#value(field);
    const name = this.#takeField();
    if (name === undefined) return this.#bare();
    this.#skipSpaces();
    return this.#text.charAt(this.#at) === '(' ? this.#group(name) : this.#value(name);
  }

  #group(field: string | undefined): Query {
    const at = this.#at++;
    this.#skipSpaces();
    if (this.#text.charAt(this.#at) === ')') throw new Refused('paren_empty', at);
    const query = this.#deeper(() => this.#or(field));
    if (this.#text.charAt(this.#at) !== ')') throw new Refused('paren_open', at);
    this.#at++;
    return query;
  }

  #bare(): Query {
    this.#countTerm();
    if (this.#text.charAt(this.#at) === '"') return this.#phrase(this.#quoted());
    const word = this.#word();
    return word.text === '*' && word.jokers ? { kind: 'all' } : this.#words(word);
  }

  #phrase(written: Written): Query {
    const words = wordsOf(written.text);
    if (words.length === 0) throw new Refused('no_words', written.at);
    return { kind: 'text', words, phrase: words.length > 1 };
  }

  #words(written: Written): Query {
    // An escaped joker is no letter: a space in its place parts words as it would.
    const plain = written.pattern.replaceAll(/\\([^])/g, (_, taken: string) =>
      taken === '*' || taken === '?' ? ' ' : taken,
    );
    const words = wordPatternsOf(plain);
    if (words.length === 0) throw new Refused('no_words', written.at);
    return { kind: 'text', words, phrase: words.length > 1 };
  }

  #value(field: string): Query {
    this.#countTerm();
    const at = this.#at;
    const next = this.#text.charAt(at);
    if (next === '' || /\s/.test(next)) throw new Refused('value_missing', at);
    if (next === '[' || next === '{') return this.#range(field);
    if (next === '>' || next === '<') return this.#comparison(field);
    if (next === '"') {
      const quoted = this.#quoted();
      if (field === MESSAGE) return this.#phrase(quoted);
      return { kind: 'term', field, value: quoted.text, wildcard: false };
    }
    const word = this.#word();
    if (field === EXISTS_FIELD) return { kind: 'exists', field: word.text };
    if (word.jokers && word.text === '*') return { kind: 'exists', field };
    if (field === MESSAGE) return this.#words(word);
    if (word.jokers) return { kind: 'term', field, value: word.pattern, wildcard: true };
    if (!NETWORK_LIKE.test(word.text)) {
      return { kind: 'term', field, value: word.text, wildcard: false };
    }
    if (parseNetwork(word.text) === undefined) throw new Refused('network', at);
    return { kind: 'cidr', field, network: word.text };
  }

  #comparison(field: string): Query {
    const low = this.#text.charAt(this.#at++) === '>';
    const inclusive = this.#text.charAt(this.#at) === '=';
    if (inclusive) this.#at++;
    const next = this.#text.charAt(this.#at);
    if (next === '' || /[\s()]/.test(next)) throw new Refused('value_missing', this.#at);
    const value = (next === '"' ? this.#quoted() : this.#word()).text;
    return { kind: 'range', field, [low ? 'low' : 'high']: { value, inclusive } };
  }

  #range(field: string): Query {
    const at = this.#at;
    const lowInclusive = this.#text.charAt(this.#at++) === '[';
    this.#skipSpaces();
    const low = this.#bound(at);
    BOUND_END.lastIndex = this.#at;
    if (!BOUND_END.test(this.#text)) throw new Refused('range_shape', at);
    this.#at = BOUND_END.lastIndex;
    const high = this.#bound(at);
    this.#skipSpaces();
    const close = this.#text.charAt(this.#at++);
    if (close !== ']' && close !== '}') throw new Refused('range_shape', at);
    if (low === undefined && high === undefined) return { kind: 'exists', field };
    return {
      kind: 'range',
      field,
      ...(low === undefined ? {} : { low: { value: low, inclusive: lowInclusive } }),
      ...(high === undefined ? {} : { high: { value: high, inclusive: close === ']' } }),
    };
  }

  #bound(at: number): string | undefined {
    if (this.#text.charAt(this.#at) === '"') return this.#quoted().text;
    const written = this.#run(/[\s\]}[{"()]/);
    if (written.text === '') throw new Refused('range_shape', at);
    return written.text === '*' && written.jokers ? undefined : written.text;
  }

  #word(): Written {
    const word = this.#run(/[\s()"]/);
    const next = this.#text.charAt(this.#at);
    if (next === '(' || next === '"') throw new Refused('quote_needed', this.#at);
    return word;
  }

  #quoted(): Written {
    const at = this.#at++;
    const written = this.#run(/"/);
    if (this.#text.charAt(this.#at) !== '"') throw new Refused('quote_open', at);
    this.#at++;
    const next = this.#text.charAt(this.#at);
    if (next !== '' && !/[\s)\]}]/.test(next)) throw new Refused('quote_needed', this.#at);
    return { ...written, at };
  }

  /**
   * Takes characters up to one that `stop` names; a backslash takes the one after it whatever it
   * is.
   */
  #run(stop: RegExp): Written {
    const at = this.#at;
    let text = '';
    let pattern = '';
    let jokers = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text.charAt(this.#at);
      if (unit === '\\' && this.#at + 1 < this.#text.length) {
        const taken = this.#text.charAt(++this.#at);
        text += taken;
        pattern += `\\${taken}`;
        continue;
      }
      if (stop.test(unit)) break;
      if (unit === '*' || unit === '?') jokers = true;
      text += unit;
      pattern += unit === '\\' ? '\\\\' : unit;
    }
    if (text.length > QUERY_VALUE_CHARS_MAX) throw new Refused('value_too_long', at);
    return { at, text, pattern, jokers };
  }

  #takeField(): string | undefined {
    FIELD.lastIndex = this.#at;
    const name = FIELD.exec(this.#text)?.[1];
    if (name !== undefined) this.#at = FIELD.lastIndex;
    return name;
  }

  #peekOperator(): 'AND' | 'OR' | 'NOT' | undefined {
    OPERATOR.lastIndex = this.#at;
    const found = OPERATOR.exec(this.#text)?.[0];
    if (found === '&&') return 'AND';
    if (found === '||') return 'OR';
    return found as 'AND' | 'OR' | 'NOT' | undefined;
  }

  #takeOperator(word: 'AND' | 'OR' | 'NOT', sign: string): boolean {
    this.#skipSpaces();
    if (this.#peekOperator() !== word) return false;
    this.#at += this.#text.startsWith(word, this.#at) ? word.length : sign.length;
    return true;
  }

  #countTerm(): void {
    if (++this.#terms > QUERY_TERMS_MAX) throw new Refused('too_many_terms', this.#at);
  }

  #skipSpaces(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }
}
