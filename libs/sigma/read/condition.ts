import { allOf, anyOf, not, type Expr } from '../expr.ts';
import { Refused } from '../refusal.ts';
import type { ScalarNode } from '../yaml.ts';
import type { Origin } from '../source.ts';

/** Parentheses inside each other. */
const DEPTH_MAX = 50;

/** What an identifier of a condition may name. */
export interface Names<T> {
  readonly known: ReadonlyMap<string, T>;
  /** What they are called in messages: selection, rule. */
  readonly noun: string;
}

interface Word {
  readonly text: string;
  readonly offset: number;
}

/** A boolean expression over names, before they are put in. */
export type Named<T> =
  | { readonly op: 'name'; readonly of: T }
  | { readonly op: 'and' | 'or'; readonly of: readonly Named<T>[] }
  | { readonly op: 'not'; readonly of: Named<T> };

const IDENTIFIER = /^[\p{L}\p{N}_.-]+$/u;
const PATTERN = /^[\p{L}\p{N}_.*-]+$/u;

/** The condition of a detection with its selections put in (Sigma 2.1, rules, condition). */
export function readCondition(node: ScalarNode, selections: ReadonlyMap<string, Expr>): Expr {
  return inserted(parseCondition(node, { known: selections, noun: 'selection' }));
}

function inserted(tree: Named<Expr>): Expr {
  if (tree.op === 'name') return tree.of;
  if (tree.op === 'not') return not(inserted(tree.of));
  const parts = tree.of.map(inserted);
  return tree.op === 'and' ? allOf(parts) : anyOf(parts);
}

/** A boolean expression over the known names: `or`, `and`, `not`, `x of`, parentheses. */
export function parseCondition<T>(node: ScalarNode, names: Names<T>): Named<T> {
  const only = names.known.get(node.text);
  if (only !== undefined) return { op: 'name', of: only };
  return new ConditionParser(node, names).parse();
}

class ConditionParser<T> {
  readonly #node: ScalarNode;
  readonly #names: Names<T>;
  readonly #words: readonly Word[];
  #next = 0;
  #depth = 0;

  constructor(node: ScalarNode, names: Names<T>) {
    this.#node = node;
    this.#names = names;
    this.#words = wordsOf(node.text);
  }

  parse(): Named<T> {
    if (this.#words.length === 0) throw this.#refused('the condition is empty');
    const tree = this.#or();
    const rest = this.#words[this.#next];
    if (rest !== undefined) throw this.#refused(`${rest.text} is one word too many`, rest);
    return tree;
  }

  #or(): Named<T> {
    const parts = [this.#and()];
    while (this.#take('or')) parts.push(this.#and());
    return joined('or', parts);
  }

  #and(): Named<T> {
    const parts = [this.#not()];
    while (this.#take('and')) parts.push(this.#not());
    return joined('and', parts);
  }

  #not(): Named<T> {
    let negated = false;
    while (this.#take('not')) negated = !negated;
    const operand = this.#operand();
    return negated ? { op: 'not', of: operand } : operand;
  }

  #operand(): Named<T> {
    const word = this.#words[this.#next];
    if (word === undefined) throw this.#refused('the condition ends where a name should stand');
    this.#next++;
    if (word.text === '(') return this.#parenthesis(word);
    if (this.#words[this.#next]?.text.toLowerCase() === 'of') return this.#quantified(word);
    const found = this.#names.known.get(word.text);
    if (found !== undefined) return { op: 'name', of: found };
    if (word.text === ')' || isKeyword(word.text)) {
      throw this.#refused(`${word.text} stands where a name should stand`, word);
    }
    if (!IDENTIFIER.test(word.text)) {
      const hint = PATTERN.test(word.text) ? `1 of ${word.text}` : undefined;
      throw this.#refused(`${word.text} is not a name`, word, hint);
    }
    const known = [...this.#names.known.keys()].slice(0, 10).join(', ');
    const message = `there is no ${this.#names.noun} ${word.text}`;
    throw new Refused('unknown_selection', this.#at(word), message, `one of ${known}`);
  }

  #parenthesis(open: Word): Named<T> {
    this.#depth++;
    if (this.#depth > DEPTH_MAX) {
      throw this.#refused(`more than ${DEPTH_MAX} parentheses inside each other`, open);
    }
    const tree = this.#or();
    if (!this.#take(')')) throw this.#refused('this parenthesis is not closed', open);
    this.#depth--;
    return tree;
  }

  #quantified(count: Word): Named<T> {
    this.#next++;
    const many = count.text.toLowerCase();
    if (many !== '1' && many !== 'any' && many !== 'all') {
      const instead = '1 of selection* or all of selection*';
      throw this.#refused(`${count.text} of is not known`, count, instead);
    }
    const target = this.#words[this.#next];
    if (target === undefined) throw this.#refused('a pattern or them must follow of', count);
    this.#next++;
    const parts = this.#named(target.text).map((of): Named<T> => ({ op: 'name', of }));
    if (parts.length === 0) {
      const message = `no ${this.#names.noun} fits ${target.text}`;
      throw new Refused('unknown_selection', this.#at(target), message);
    }
    return joined(many === 'all' ? 'and' : 'or', parts);
  }

  /**
   * What `them` or a pattern stands for; names with a leading underscore only when asked for by
   * one.
   */
  #named(pattern: string): T[] {
    const all = pattern.toLowerCase() === 'them';
    const parts = pattern.split('*');
    const found: T[] = [];
    for (const [name, value] of this.#names.known) {
      if (name.startsWith('_') && !pattern.startsWith('_')) continue;
      if (all || fits(name, parts)) found.push(value);
    }
    return found;
  }

  #take(keyword: string): boolean {
    if (this.#words[this.#next]?.text.toLowerCase() !== keyword) return false;
    this.#next++;
    return true;
  }

  #at(word: Word): Origin {
    // A quoted or folded condition is not the source text; its start is near enough.
    const offset = this.#node.plain ? word.offset : 0;
    return { source: this.#node.source, offset: this.#node.offset + offset };
  }

  #refused(message: string, word?: Word, instead?: string): Refused {
    return new Refused(
      'condition',
      word === undefined ? this.#node : this.#at(word),
      `condition: ${message}`,
      instead,
    );
  }
}

/** True when the parts stand in the name one after the other, the first and last at its ends. */
function fits(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return name === first;
  if (name.length < first.length + last.length) return false;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const inner = name.slice(first.length, name.length - last.length);
  let at = 0;
  for (const part of parts.slice(1, -1)) {
    const found = inner.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let start = -1;
  for (let i = 0; i <= text.length; i++) {
    const char = text.charAt(i);
    const single = char === '(' || char === ')' || char === '|';
    if (start >= 0 && (single || char === '' || SPACES.has(char))) {
      words.push({ text: text.slice(start, i), offset: start });
      start = -1;
    }
    if (single) words.push({ text: char, offset: i });
    else if (start < 0 && char !== '' && !SPACES.has(char)) start = i;
  }
  return words;
}

const SPACES: ReadonlySet<string> = new Set([' ', '\t', '\n', '\r', '\u00a0']);

function isKeyword(text: string): boolean {
  return ['and', 'or', 'not', 'of'].includes(text.toLowerCase());
}

function joined<T>(op: 'and' | 'or', parts: readonly Named<T>[]): Named<T> {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { op, of: parts };
}
