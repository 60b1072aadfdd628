// A reader of the YAML that rules are mostly written in: block mappings and lists, plain and quoted
// scalars of one line, literal blocks. It is several times as fast as the library, and leaves to it
// whatever is not surely of that kind; what both can read they read alike (yaml.test.ts).
import type { SigmaSource } from './source.ts';
import type { MapEntry, MapNode, ScalarNode, SeqNode, YamlNode } from './yaml-node.ts';

/** Thrown where the text leaves the subset; never leaves `parsePlainYaml`. */
class OutsideError extends Error {
  override readonly name = 'OutsideError';
}

// One for all: where it was thrown does not matter, and a stack would cost more than the reading.
const OUTSIDE = new OutsideError();

/** What the subset has no use for: tabs, carriage returns, marks of order, halves of characters. */
const UNUSUAL = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd]/;
const DEPTH_MAX = 40;
/** Nodes of one document; of a larger one the library's reader says where it is too large. */
const NODES_MAX = 100_000;

const SPACE = 0x20;
const QUOTES = 0x22;
const HASH = 0x23;
const QUOTE = 0x27;
const DASH = 0x2d;
const COLON = 0x3a;
const BAR = 0x7c;
/** Characters that begin something else than a plain scalar. */
const INDICATORS: ReadonlySet<number> = new Set(
  Array.from(',[]{}#&*!|>\'"%@`', (char) => char.charCodeAt(0)),
);
const KEY = /^[A-Za-z0-9_.|-]+$/;
const DOCUMENT_END = '...';

/**
 * The documents of a file, of their top keys only those of `wanted`; undefined when the text is not
 * surely in the subset.
 */
export function parsePlainYaml(
  source: SigmaSource,
  wanted?: ReadonlySet<string>,
): YamlNode[] | undefined {
  if (UNUSUAL.test(source.text) || !source.text.isWellFormed()) return undefined;
  try {
    return new PlainReader(source, wanted).documents();
  } catch (error) {
    if (error === OUTSIDE) return undefined;
    throw error;
  }
}

class PlainReader {
  readonly #source: SigmaSource;
  readonly #text: string;
  readonly #wanted: ReadonlySet<string> | undefined;
  /** The line at hand: how far it is indented, where its content starts and the line ends. */
  #indent = -1;
  #at = 0;
  #end = -1;
  /** No line is left, or the document ends here. */
  #over = false;
  #depth = 0;
  /** Behind the last scalar that was read. */
  #reached = 0;
  /** What is read is looked at, but not kept. */
  #skips = false;
  /** Stands for every scalar that is not kept. */
  readonly #ignored: ScalarNode;

  constructor(source: SigmaSource, wanted: ReadonlySet<string> | undefined) {
    this.#source = source;
    this.#text = source.text;
    this.#wanted = wanted;
    this.#ignored = this.#made('', true, 0);
  }

  documents(): YamlNode[] {
    const documents: YamlNode[] = [];
    for (;;) {
      this.#over = false;
      this.#advance();
      if (!this.#over) {
        if (this.#isItem()) throw OUTSIDE;
        documents.push(this.#mapping(this.#indent));
        if (!this.#over) throw OUTSIDE;
      }
      if (this.#end >= this.#text.length) return documents;
    }
  }

  /** Goes to the next line that holds something, over blank ones and comments. */
  #advance(): void {
    const text = this.#text;
    while (this.#end < text.length) {
      const start = this.#end + 1;
      if (start >= text.length) {
        this.#end = text.length;
        break;
      }
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      this.#end = end;
      let at = start;
      while (at < end && text.charCodeAt(at) === SPACE) at++;
      if (at === end || text.charCodeAt(at) === HASH) continue;
      this.#at = at;
      this.#indent = at - start;
      if (this.#indent > 0) return;
      if (text.startsWith(DOCUMENT_END, at)) throw OUTSIDE;
      if (!text.startsWith('---', at)) return;
      if (end - at !== 3) throw OUTSIDE;
      break;
    }
    this.#over = true;
    this.#indent = -1;
  }

  #isItem(): boolean {
    if (this.#text.charCodeAt(this.#at) !== DASH) return false;
    return this.#at + 1 === this.#end || this.#text.charCodeAt(this.#at + 1) === SPACE;
  }

  #block(indent: number): YamlNode {
    return this.#isItem() ? this.#sequence(indent) : this.#mapping(indent);
  }

  #sequence(indent: number): SeqNode {
    this.#deeper();
    const node: SeqNode = {
      kind: 'seq',
      items: [],
      source: this.#source,
      offset: this.#at,
      size: 1,
    };
    while (!this.#over && this.#indent === indent && this.#isItem()) {
      const item = this.#item(indent);
      node.items.push(item);
      this.#grow(node, item.size);
    }
    if (this.#indent > indent) throw OUTSIDE;
    this.#depth--;
    return node;
  }

  #item(indent: number): YamlNode {
    const at = this.#skipSpaces(this.#at + 1);
    if (at === this.#end || this.#text.charCodeAt(at) === HASH) {
      this.#advance();
      if (this.#over || this.#indent <= indent) return this.#nothing();
      return this.#block(this.#indent);
    }
    const first = this.#text.charCodeAt(at);
    if (first === DASH && this.#text.charCodeAt(at + 1) === SPACE) throw OUTSIDE;
    if (this.#keyEnd(at) >= 0) {
      // The mapping starts in the line of its dash; its other keys stand below the first.
      this.#indent += at - this.#at;
      this.#at = at;
      return this.#mapping(this.#indent);
    }
    return this.#scalar(at, indent);
  }

  #mapping(indent: number): MapNode {
    const top = this.#depth === 0;
    this.#deeper();
    const entries: MapEntry[] = [];
    const node: MapNode = { kind: 'map', entries, source: this.#source, offset: this.#at, size: 1 };
    while (!this.#over && this.#indent === indent && !this.#isItem()) {
      const key = this.#key();
      if (top && this.#wanted?.has(key.text) === false) {
        this.#skips = true;
        this.#value(indent);
        this.#skips = false;
        continue;
      }
      const value = this.#value(indent);
      for (const entry of entries) if (entry.key.text === key.text) throw OUTSIDE;
      entries.push({ key, value });
      this.#grow(node, value.size + 1);
    }
    if (this.#indent > indent || (this.#indent === indent && !this.#over)) throw OUTSIDE;
    this.#depth--;
    return node;
  }

  /** The key of the line at hand; what follows its colon is then at hand. */
  #key(): ScalarNode {
    const end = this.#keyEnd(this.#at);
    if (end < 0) throw OUTSIDE;
    const quoted = this.#text.charCodeAt(this.#at) === QUOTE;
    const offset = quoted ? this.#at + 1 : this.#at;
    const text = this.#text.slice(offset, quoted ? end - 1 : end);
    if (!KEY.test(text) || (quoted && text.includes("'"))) throw OUTSIDE;
    this.#at = this.#skipSpaces(end + 1);
    this.#reached = quoted ? end - 1 : end;
    return this.#made(text, !quoted, offset);
  }

  /** Where the colon stands when the line holds a key at `at`, else -1. */
  #keyEnd(at: number): number {
    const text = this.#text;
    let end = at;
    if (text.charCodeAt(at) === QUOTE) {
      end = text.indexOf("'", at + 1) + 1;
      if (end === 0 || end >= this.#end || text.charCodeAt(end) !== COLON) return -1;
      return this.#isBreak(end + 1) ? end : -1;
    }
    if (text.charCodeAt(at) === QUOTES) return -1;
    for (; end < this.#end; end++) {
      const unit = text.charCodeAt(end);
      if (unit === COLON && this.#isBreak(end + 1)) return end;
      if (unit === SPACE && text.charCodeAt(end + 1) === HASH) return -1;
    }
    return -1;
  }

  #isBreak(at: number): boolean {
    return at >= this.#end || this.#text.charCodeAt(at) === SPACE;
  }

  #value(indent: number): YamlNode {
    if (this.#at < this.#end && this.#text.charCodeAt(this.#at) !== HASH) {
      return this.#scalar(this.#at, indent);
    }
    this.#advance();
    if (this.#over) return this.#nothing();
    if (this.#indent > indent) return this.#block(this.#indent);
    // A list may stand as far left as the key it belongs to.
    if (this.#indent === indent && this.#isItem()) return this.#sequence(indent);
    return this.#nothing();
  }

  #scalar(at: number, indent: number): ScalarNode {
    const first = this.#text.charCodeAt(at);
    if (first === BAR) return this.#literal(at, indent);
    const node = first === QUOTE || first === QUOTES ? this.#quoted(at) : this.#plain(at);
    this.#advance();
    // The scalar goes on in the next line.
    if (this.#indent > indent) throw OUTSIDE;
    return node;
  }

  #quoted(at: number): ScalarNode {
    const text = this.#text;
    const mark = text.charAt(at);
    let end = text.indexOf(mark, at + 1);
    let escaped = false;
    if (mark === "'") {
      while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) {
        escaped = true;
        end = text.indexOf(mark, end + 2);
      }
    }
    if (end < 0 || end >= this.#end) throw OUTSIDE;
    const rest = this.#skipSpaces(end + 1);
    const comment = rest > end + 1 && text.charCodeAt(rest) === HASH;
    if (rest < this.#end && !comment) throw OUTSIDE;
    if (this.#skips && mark === "'") {
      this.#reached = end;
      return this.#ignored;
    }
    let value = text.slice(at + 1, end);
    if (mark === '"' && value.includes('\\')) throw OUTSIDE;
    if (escaped) value = value.replaceAll("''", "'");
    this.#reached = end;
    return this.#made(value, false, at + 1);
  }

  #plain(at: number): ScalarNode {
    const text = this.#text;
    const first = text.charCodeAt(at);
    if (INDICATORS.has(first)) throw OUTSIDE;
    if ((first === DASH || first === 0x3f || first === COLON) && this.#isBreak(at + 1))
      throw OUTSIDE;
    let end = at;
    for (let i = at; i < this.#end; i++) {
      const unit = text.charCodeAt(i);
      if (unit === SPACE) {
        if (text.charCodeAt(i + 1) === HASH) break;
        continue;
      }
      if (unit === COLON && this.#isBreak(i + 1)) throw OUTSIDE;
      end = i + 1;
    }
    this.#reached = end;
    return this.#skips ? this.#ignored : this.#made(text.slice(at, end), true, at);
  }

  /** A block of lines that are kept as they are. */
  #literal(at: number, indent: number): ScalarNode {
    const text = this.#text;
    const strip = text.charCodeAt(at + 1) === DASH;
    if (this.#skipSpaces(at + (strip ? 2 : 1)) < this.#end) throw OUTSIDE;
    const lines: string[] = [];
    let inner = -1;
    let next = this.#end + 1;
    const from = next;
    let stop = next;
    while (next < text.length) {
      const end = text.indexOf('\n', next);
      if (end < 0) throw OUTSIDE;
      let start = next;
      while (start < end && text.charCodeAt(start) === SPACE) start++;
      if (start === end) {
        if (start > next) throw OUTSIDE;
        lines.push('');
      } else {
        if (inner < 0) inner = start - next;
        if (start - next < inner || inner <= indent) break;
        if (!this.#skips) lines.push(text.slice(next + inner, end));
        stop = end + 1;
      }
      next = end + 1;
    }
    if (inner <= Math.max(0, indent)) throw OUTSIDE;
    while (lines.at(-1) === '') lines.pop();
    this.#end = stop - 1;
    this.#reached = stop;
    this.#advance();
    if (this.#indent > indent) throw OUTSIDE;
    if (this.#skips) return this.#ignored;
    return this.#made(lines.join('\n') + (strip ? '' : '\n'), false, from);
  }

  #nothing(): ScalarNode {
    return this.#made('', true, this.#reached);
  }

  #made(text: string, plain: boolean, offset: number): ScalarNode {
    return { kind: 'scalar', text, plain, source: this.#source, offset, size: 1 };
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (at < this.#end && this.#text.charCodeAt(at) === SPACE) at++;
    return at;
  }

  #deeper(): void {
    this.#depth++;
    if (this.#depth > DEPTH_MAX) throw OUTSIDE;
  }

  #grow(node: SeqNode | MapNode, by: number): void {
    node.size += by;
    if (node.size > NODES_MAX) throw OUTSIDE;
  }
}
