/**
 * Texts of which one must stand in whatever a regular expression matches, in lower case; undefined
 * when there is no
 * such set. Reads what `vetRegex` lets through; what it does not understand it takes for
 * "anything".
 */
export function requiredTexts(source: string): readonly string[] | undefined {
  if (/\(\?[a-zA-Z-]*i/.test(source) || /[^\x20-\x7e]/.test(source)) return undefined;
  try {
    return best(new RequiredReader(source).read());
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

/** `exact`: the part matches only these texts. `needed`: one of these stands in every match. */
interface Part {
  readonly exact: readonly string[] | undefined;
  readonly needed: readonly string[] | undefined;
}

const ANYTHING: Part = { exact: undefined, needed: undefined };
const NOTHING: Part = { exact: [''], needed: undefined };
/** Alternatives followed at once. */
const ALTERNATIVES_MAX = 32;
const DEPTH_MAX = 100;

function best(part: Part): readonly string[] | undefined {
  return better(part.exact, part.needed);
}

/** The set whose shortest text is longer; one with an empty text says nothing. */
function better(
  one: readonly string[] | undefined,
  two: readonly string[] | undefined,
): readonly string[] | undefined {
  return shortest(one) >= shortest(two) && shortest(one) > 0
    ? one
    : shortest(two) > 0
      ? two
      : undefined;
}

function shortest(texts: readonly string[] | undefined): number {
  return texts === undefined ? 0 : Math.min(...texts.map(({ length }) => length));
}

class RequiredReader {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Part {
    const part = this.#alternatives();
    if (this.#at < this.#source.length) throw new Unreadable();
    return part;
  }

  #alternatives(): Part {
    const parts = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at++;
      parts.push(this.#sequence());
    }
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const exact = joined(parts.map((part) => part.exact));
    return { exact, needed: exact ?? joined(parts.map(best)) };
  }

  #sequence(): Part {
    let run: readonly string[] | undefined = [''];
    let needed: readonly string[] | undefined;
    let whole = true;
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) {
      const part = this.#repeated();
      needed = better(needed, part.needed);
      const longer: readonly string[] | undefined = part.exact && run && product(run, part.exact);
      if (longer !== undefined) run = longer;
      else {
        whole = false;
        needed = better(needed, run);
        run = part.exact ?? [''];
      }
    }
    return { exact: whole ? run : undefined, needed: whole ? needed : better(needed, run) };
  }

  #repeated(): Part {
    const part = this.#one();
    const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(
      this.#source.slice(this.#at, this.#at + 24),
    );
    if (found === null) return part;
    this.#at += found[0].length;
    const sign = found[0].charAt(0);
    if (sign === '*' || sign === '?' || (sign === '{' && Number(found[1]) === 0)) return ANYTHING;
    if (sign === '{' && found[1] === '1' && found[2] === '') return part;
    return { exact: undefined, needed: best(part) };
  }

  #one(): Part {
    const char = this.#source[this.#at] ?? '';
    this.#at++;
    if (char === '(') return this.#group();
    if (char === '[') return this.#class();
    if (char === '.') return ANYTHING;
    if (char === '^' || char === '$') return NOTHING;
    if (char === '\\') return this.#escape();
    return { exact: [char.toLowerCase()], needed: undefined };
  }

  #group(): Part {
    this.#depth++;
    if (this.#depth > DEPTH_MAX) throw new Unreadable();
    const found = /^\?(?:[a-zA-Z-]*:|P?<\w+>)/.exec(this.#source.slice(this.#at, this.#at + 80));
    if (found !== null) this.#at += found[0].length;
    else if (this.#source[this.#at] === '?') throw new Unreadable();
    const part = this.#alternatives();
    if (this.#source[this.#at] !== ')') throw new Unreadable();
    this.#at++;
    this.#depth--;
    return part;
  }

  #class(): Part {
    const start = this.#at;
    if (this.#source[this.#at] === '^') this.#at++;
    if (this.#source[this.#at] === ']') this.#at++;
    while (this.#at < this.#source.length && this.#source[this.#at] !== ']') {
      if (this.#source.startsWith('[:', this.#at)) {
        const end = this.#source.indexOf(':]', this.#at);
        if (end < 0) throw new Unreadable();
        this.#at = end + 2;
      } else this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    }
    if (this.#at >= this.#source.length) throw new Unreadable();
    const inside = this.#source.slice(start, this.#at);
    this.#at++;
    // One plain character in brackets is that character.
    if (/^[^\\^\]]$/.test(inside)) return { exact: [inside.toLowerCase()], needed: undefined };
    return ANYTHING;
  }

  #escape(): Part {
    const char = this.#source[this.#at] ?? '';
    this.#at++;
    if ('bBAzZ'.includes(char) && char !== '') return NOTHING;
    if (/[^a-zA-Z0-9]/.test(char)) return { exact: [char], needed: undefined };
    if ('dDwWsS'.includes(char)) return ANYTHING;
    if (char === 'n' || char === 't' || char === 'r' || char === 'f' || char === 'v')
      return ANYTHING;
    throw new Unreadable();
  }
}

function joined(sets: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const all: string[] = [];
  for (const set of sets) {
    if (set === undefined) return undefined;
    all.push(...set);
  }
  return all.length <= ALTERNATIVES_MAX ? [...new Set(all)] : undefined;
}

function product(
  heads: readonly string[],
  tails: readonly string[],
): readonly string[] | undefined {
  if (heads.length * tails.length > ALTERNATIVES_MAX) return undefined;
  return heads.flatMap((head) => tails.map((tail) => head + tail));
}
