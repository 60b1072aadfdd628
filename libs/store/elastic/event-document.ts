import { newFields, type Event, type Fields, type FieldValue, type Scalar } from '#libs/model';

import { fold, wordsOf } from '../query/words.ts';
import { isPlainIp } from './ip-text.ts';
import {
  CODE_TEXT,
  kindOf,
  LONG_NAMES,
  NAME_CHARS_MAX,
  OWN,
  OWN_PREFIX,
  TOKEN_HEAD_CHARS,
  TOKEN_VALUE_CHARS_MAX,
  VALUE_CHARS_MAX,
  type FieldKind,
} from './layout.ts';

/** Names whose facts are remembered; a flood of names is judged again each time. */
const NAMES_REMEMBERED_MAX = 4_096;

interface NameFacts {
  readonly kind: FieldKind;
  /** Whether Elasticsearch takes the name in a document. */
  readonly taken: boolean;
  /** Beginning of its tokens; empty when it has none of its own. */
  readonly token: string;
  /** The same as JSON, with a comma before it; empty where it must be escaped. */
  readonly written: string;
  /** What stands in `soc.odd` for it. */
  readonly odd: string;
}

const PLAIN_NAME = /^[@A-Za-z0-9][\w@ -]*(?:\.[\w@-]+)*$/;
const PLAIN = /^[ -~]*$/;
/** Plain text that JSON writes as it is. */
const UNESCAPED = /^[ !#-[\]-~]*$/;
const BEYOND = /[\uD800-\uFFFF]/;
const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const STAMP =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:[01]\d|2\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z$/;

const remembered = new Map<string, NameFacts>();

function factsOf(name: string): NameFacts {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const kind = kindOf(name);
  const isSubField =
    name.endsWith(`.${CODE_TEXT}`) && kindOf(name.slice(0, -CODE_TEXT.length - 1)) === 'code';
  const isLong = name.length > NAME_CHARS_MAX;
  const token = isLong ? '' : tokenStart(name);
  const facts: NameFacts = {
    kind,
    taken: PLAIN_NAME.test(name) && !name.startsWith(OWN_PREFIX) && !isSubField && !isLong,
    token,
    written: UNESCAPED.test(token) ? `,"${token}` : '',
    odd: isLong ? LONG_NAMES : name,
  };
  if (remembered.size >= NAMES_REMEMBERED_MAX) remembered.clear();
  remembered.set(name, facts);
  return facts;
}

/** What the tokens of a field begin with; a colon in the name cannot end it. */
export function tokenStart(name: string): string {
  return `${name.toWellFormed().replaceAll(/[\\:]/g, (sign) => `\\${sign}`)}:`;
}

/** Whether a stamp is written as Elasticsearch writes it back. */
export function isPlainStamp(text: string): boolean {
  if (!STAMP.test(text)) return false;
  return text.charCodeAt(8) < 51 ? text.slice(8, 10) <= '28' || isDay(text) : isDay(text);
}

function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

/** Whether an integer is written as Elasticsearch writes it back. */
export function isPlainInteger(text: string): boolean {
  return INTEGER.test(text);
}

/** What an event's document holds beside its fields; lists are JSON without their brackets. */
class OwnFields {
  tokens = '';
  odd = '';
  words = '';
  /** Words of the original that the message has not. */
  moreWords = '';
  rest: Fields | undefined;

  take(name: string, value: FieldValue): void {
    const facts = factsOf(name);
    if (!facts.taken) (this.rest ??= newFields())[name] = value;
    if (facts.kind === 'message') return;
    if (!Array.isArray(value)) {
      this.#takeOne(facts, value as Scalar);
      return;
    }
    const list = value as readonly Scalar[];
    for (const one of list) this.#takeOne(facts, one);
    if (list.length > 1 && new Set(list.map(String)).size < list.length) this.#markOdd(facts.odd);
  }

  takeTexts(message: FieldValue, original: FieldValue): void {
    const words = wordsIn(message);
    this.words = words.join(' ');
    if (words.length === 0 && isThere(message)) this.#markOdd('message');
    if (original !== message && isThere(original)) {
      const more = new Set(wordsIn(original));
      for (const word of words) more.delete(word);
      this.moreWords = [...more].join(' ');
    }
    if (BEYOND.test(this.words) || BEYOND.test(this.moreWords)) this.#markOdd(OWN.words);
  }

  #takeOne(facts: NameFacts, value: Scalar): void {
    if (value === null) return;
    switch (facts.kind) {
      case 'keyword':
        if (typeof value === 'string') this.#takeText(facts, value);
        return;
      case 'token':
        this.#takeToken(facts, String(value));
        return;
      case 'ip':
        if (typeof value !== 'string' || !isPlainIp(value)) this.#markOdd(facts.odd);
        return;
      case 'long':
      case 'code':
        if (!isPlainNumber(value)) this.#markOdd(facts.odd);
        return;
      case 'date':
        if (typeof value !== 'string' || !isPlainStamp(value)) this.#markOdd(facts.odd);
        return;
      case 'boolean':
        if (!/^(?:true|false)$/.test(String(value))) this.#markOdd(facts.odd);
        return;
      case 'message':
      case 'stored':
        this.#markOdd(facts.odd);
    }
  }

  /** Plain text is compared by Elasticsearch itself; anything else has a folded token beside it. */
  #takeText(facts: NameFacts, value: string): void {
    if (value.length > VALUE_CHARS_MAX) {
      this.#markOdd(facts.odd);
      return;
    }
    if (PLAIN.test(value)) return;
    const folded = this.#takeToken(facts, value);
    if (folded.length !== value.length || value.normalize('NFC') !== value) {
      this.#markOdd(facts.odd);
    }
  }

  #takeToken({ token, odd, written }: NameFacts, value: string): string {
    if (token === '') {
      this.#markOdd(odd);
      return '';
    }
    if (value.length <= TOKEN_VALUE_CHARS_MAX && written !== '' && UNESCAPED.test(value)) {
      const folded = value.toLowerCase();
      this.tokens += `${written}${folded}"`;
      return folded;
    }
    const folded = fold(value);
    let held = folded;
    if (folded.length > TOKEN_VALUE_CHARS_MAX) {
      this.#markOdd(odd);
      held = folded.slice(0, TOKEN_HEAD_CHARS).toWellFormed();
    } else if (BEYOND.test(folded)) this.#markOdd(odd);
    this.tokens += `,${JSON.stringify(token + held)}`;
    return folded;
  }

  #markOdd(name: string): void {
    const written = `,${JSON.stringify(name)}`;
    // Twice does no harm; most often it is the same field again.
    if (!this.odd.endsWith(written)) this.odd += written;
  }
}

function isThere(value: FieldValue): boolean {
  return Array.isArray(value) ? value.some((one) => one !== null) : value !== null;
}

function wordsIn(value: FieldValue): readonly string[] {
  if (typeof value === 'string') return wordsOf(value);
  const list = (Array.isArray(value) ? value : [value]) as readonly Scalar[];
  return list.flatMap((one) => (one === null ? [] : wordsOf(String(one))));
}

function isPlainNumber(value: Scalar): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return typeof value === 'string' && INTEGER.test(value);
}

/** A number from -32768 to 32767 that an event always has. */
function tieOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) | 0;
  return (hash << 16) >> 16;
}

/** The document of an event as JSON text, its own fields behind ours. */
export function documentOf(event: Event): string {
  const { fields, time, received } = event;
  const own = new OwnFields();
  for (const name in fields) own.take(name, fields[name] ?? null);
  own.takeTexts(fields['message'] ?? null, fields['event.original'] ?? null);
  const { tokens, odd, words, moreWords, rest } = own;
  let text = `{"${OWN.time}":${time},"${OWN.received}":${received},"${OWN.tie}":${tieOf(event.id)}`;
  if (tokens !== '') text += `,"${OWN.tokens}":[${tokens.slice(1)}]`;
  // Words hold nothing that JSON escapes.
  if (words !== '') text += `,"${OWN.words}":"${words}"`;
  if (moreWords !== '') text += `,"${OWN.moreWords}":"${moreWords}"`;
  if (odd !== '') text += `,"${OWN.odd}":[${odd.slice(1)}]`;
  if (rest !== undefined) text += `,"${OWN.rest}":${JSON.stringify(JSON.stringify(rest))}`;
  const held = JSON.stringify(rest === undefined ? fields : without(fields, rest));
  return held.length > 2 ? `${text},${held.slice(1)}` : `${text}}`;
}

function without(fields: Fields, rest: Fields): Fields {
  const kept = newFields();
  for (const name in fields) if (!(name in rest)) kept[name] = fields[name] ?? null;
  return kept;
}

/** The event that a document was made from. */
export function eventOf(id: string, source: Readonly<Record<string, unknown>>): Event {
  const fields = newFields();
  for (const name in source) {
    if (!name.startsWith(OWN_PREFIX)) fields[name] = source[name] as FieldValue;
  }
  const rest = source[OWN.rest];
  if (typeof rest === 'string') {
    const held = JSON.parse(rest) as Fields;
    for (const name of Object.keys(held)) fields[name] = held[name] ?? null;
  }
  return { id, time: Number(source[OWN.time]), received: Number(source[OWN.received]), fields };
}
