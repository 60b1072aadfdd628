import type { Fields, FieldValue, Scalar } from '#libs/model';

import { KeyedHash } from './keyed-hash.ts';
import { findSecrets, type SecretKind, type Span } from './scan.ts';
import { bareName, isPublicName, kindOfName, type NameKind } from './words.ts';

/** Characters of the keyed hash that stay with a masked value: 96 bits as base64url. */
const HASH_CHARS = 16;
/** Hashes kept in `gov.masked` of one event. */
const MASKED_MAX = 64;
/** Raw values whose hash is remembered, so that an account under attack is hashed once. */
const HASHES_MAX = 20_000;
const NAMES_MAX = 20_000;

/**
 * Values found by their surroundings, which a field cut out of the line no longer has; more of them
 * are not followed.
 */
const FOLLOWED_MAX = 256;
/** A shorter value is replaced only where it is all that a field holds. */
const FOLLOWED_CHARS_MIN = 4;

/** Made by the product itself. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['@timestamp', 'event.ingested']);

/** The same secret has the same canonical form, however it was written. */
function canonical(value: string, kind: SecretKind): string {
  if (kind === 'email') return value.toLowerCase();
  if (kind !== 'phone' && kind !== 'cccd' && kind !== 'cmnd') return value;
  const digits = value.replaceAll(/\D/g, '');
  return kind === 'phone' ? digits.replace(/^(?:00)?84(?=\d{9}$)/, '0') : digits;
}

function isPerson(kind: SecretKind): boolean {
  return kind === 'cccd' || kind === 'cmnd' || kind === 'phone' || kind === 'email';
}

function stars(value: string, kind: SecretKind): string {
  switch (kind) {
    case 'cccd':
    case 'cmnd':
    case 'phone':
      return '*'.repeat(Math.max(3, value.length - 3)) + value.slice(-3);
    case 'otp':
      return '*'.repeat(Math.min(value.length, 8));
    case 'email':
      return '***';
    case 'secret':
    case 'token':
      return '******';
  }
}

/** What was masked in one event. */
export class Masked {
  /** The entries of `gov.masked`: kind and hash. */
  readonly hashes = new Set<string>();
  /**
   * Raw values that only their surroundings gave away; they are looked for in every field.
   * Undefined: too many.
   */
  followed: Map<string, string> | undefined = new Map();

  /** True when a value was found elsewhere to be a secret. */
  holds(value: FieldValue): boolean {
    return this.followed === undefined || this.followed.has(String(value));
  }

  follow(value: string, shown: string): void {
    if (this.followed === undefined) return;
    this.followed.set(value, shown);
    if (this.followed.size > FOLLOWED_MAX) this.followed = undefined;
  }
}

/** What a field's name says of it; `name` is how the name itself may be shown. */
interface NamedField {
  readonly name: string;
  readonly kind: NameKind;
  readonly isPublic: boolean;
}

/**
 * Replaces what must not leave the collector and keeps a keyed hash of it. A field that is nothing
 * but one such
 * value becomes `*******123~HASH`, so that one account can still be followed; inside longer texts
 * only the stars stay.
 */
export class Masker {
  readonly #keyed: KeyedHash;
  readonly #hashes = new Map<string, string>();
  readonly #names = new Map<string, NamedField>();

  constructor(key: Uint8Array) {
    this.#keyed = new KeyedHash(key);
  }

  /** Keyed hash of a value in its canonical form; the same on every collector that has the key. */
  hash(value: string, kind: SecretKind): string {
    const text = canonical(value, kind);
    const known = this.#hashes.get(text);
    if (known !== undefined) return known;
    const hash = this.#keyed.of(text).slice(0, HASH_CHARS);
    if (this.#hashes.size >= HASHES_MAX) this.#hashes.clear();
    this.#hashes.set(text, hash);
    return hash;
  }

  /** Masks a text; the same text when there is nothing to mask. */
  text(text: string, masked: Masked): string {
    return this.spans(text, findSecrets(text), masked);
  }

  /** Masks the spans that were found in the text. */
  spans(text: string, spans: readonly Span[], masked: Masked): string {
    return spans.length === 0 ? text : this.#replace(text, spans, masked);
  }

  #note(kind: SecretKind, value: string, masked: Masked): string {
    const hash = this.hash(value, kind);
    if (masked.hashes.size < MASKED_MAX) masked.hashes.add(`${kind}:${hash}`);
    return hash;
  }

  #replace(text: string, spans: readonly Span[], masked: Masked): string {
    let out = '';
    let at = 0;
    for (const { start, end, kind, wholeEnd } of spans) {
      const value = text.slice(start, end);
      const whole = kind === 'email' ? text.slice(start, wholeEnd) : value;
      const hash = this.#note(kind, whole, masked);
      const shown = stars(value, kind);
      if (!isPerson(kind)) masked.follow(value, shown);
      out += text.slice(at, start) + shown;
      at = end;
      if (isPerson(kind) && start <= 1 && wholeEnd === text.length) {
        return `${out}${text.slice(at)}~${hash}`;
      }
    }
    return out + text.slice(at);
  }

  #named(name: string): NamedField {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const bare = bareName(name.slice(name.lastIndexOf('.') + 1));
    const entry = {
      name: this.text(name, new Masked()),
      kind: kindOfName(bare),
      isPublic: isPublicName(bare),
    };
    if (this.#names.size < NAMES_MAX) this.#names.set(name, entry);
    return entry;
  }

  /**
   * The value of a field whose name says what it is; undefined when the value is nothing of the
   * kind.
   */
  #ofKind(text: string, kind: NameKind, masked: Masked): string | undefined {
    if (kind === 'secret') {
      if (text === '-' || text.startsWith('***') || /^\d{1,3}$/.test(text)) return undefined;
      this.#note('secret', text, masked);
      masked.follow(text, '******');
      return '******';
    }
    if (kind === 'code') {
      if (!/^[A-Za-z]*\d[\dA-Za-z-]{2,}$/.test(text)) return undefined;
      this.#note('otp', text, masked);
      const shown = stars(text, 'otp');
      masked.follow(text, shown);
      return shown;
    }
    const bare = text.replaceAll(/[\s.+-]/g, '');
    if (!/^\d{8,13}$/.test(bare)) return undefined;
    const secret = kind === 'phone' ? 'phone' : bare.length === 9 ? 'cmnd' : 'cccd';
    const shown = stars(text, secret);
    masked.follow(text, shown);
    return `${shown}~${this.#note(secret, text, masked)}`;
  }

  #scalar(value: Scalar, kind: NameKind, masked: Masked): Scalar {
    if (typeof value === 'boolean' || value === null) return value;
    const text = String(value);
    const named = kind === 'none' ? undefined : this.#ofKind(text, kind, masked);
    if (named !== undefined) return named;
    if (typeof value === 'number') {
      const phone = value >= 84_300_000_000 && value <= 84_999_999_999;
      if (phone) return this.text(text, masked);
      return masked.followed?.get(text) ?? value;
    }
    return this.#unfollowed(this.text(value, masked), masked);
  }

  /**
   * Replaces values that were found elsewhere in the record, where their surroundings gave them
   * away.
   */
  #unfollowed(text: string, masked: Masked): string {
    if (masked.followed === undefined) return '******';
    let out = text;
    for (const [value, shown] of masked.followed) {
      if (value.length >= FOLLOWED_CHARS_MIN) {
        if (out.includes(value)) out = out.replaceAll(value, () => shown);
      } else if (out === value) out = shown;
    }
    return out;
  }

  #value(value: FieldValue, kind: NameKind, masked: Masked): FieldValue {
    if (!Array.isArray(value)) return this.#scalar(value as Scalar, kind, masked);
    const list = value as readonly Scalar[];
    return list.map((each) => this.#scalar(each, kind, masked));
  }

  /**
   * Masks every value, and every name, of the fields in place; `skip` are those that hold no
   * sender's text.
   */
  fields(fields: Fields, masked: Masked, skip: ReadonlySet<string>): void {
    // Twice: what the second half of the fields gives away may stand in the first.
    for (let pass = 0; pass < 2; pass++) {
      const known = masked.followed?.size;
      for (const name of Object.keys(fields)) {
        if (OWN_FIELDS.has(name) || skip.has(name)) continue;
        this.#field(fields, name, masked);
      }
      if (masked.followed?.size === known) break;
    }
  }

  #field(fields: Fields, name: string, masked: Masked): void {
    const before = fields[name]!;
    const { name: shown, kind, isPublic } = this.#named(name);
    // Log ids and tax codes have the look of citizens' numbers.
    if (isPublic && !masked.holds(before)) return;
    const after = this.#value(before, kind, masked);
    if (shown !== name) {
      delete fields[name];
      fields[shown] = after;
    } else if (after !== before) fields[name] = after;
  }
}
