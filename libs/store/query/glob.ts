/**
 * A wildcard pattern: `*` any run, `?` one character, a backslash takes the next character as it
 * is.
 */
export interface Glob {
  test(value: string): boolean;
  /** Characters that every match begins with. */
  readonly prefix: string;
  /** True when the pattern is its prefix and one `*`. */
  readonly prefixOnly: boolean;
}

/** Reads a folded pattern. Its cost per value is at most the two lengths multiplied. */
export function compileGlob(pattern: string): Glob {
  const units: (string | null | undefined)[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const unit = pattern.charAt(at);
    if (unit === '\\' && at + 1 < pattern.length) units.push(pattern.charAt(++at));
    else if (unit === '*') {
      if (units.at(-1) !== null) units.push(null);
    } else units.push(unit === '?' ? undefined : unit);
  }
  const joker = units.findIndex((unit) => unit === null || unit === undefined);
  const prefix = units.slice(0, joker < 0 ? units.length : joker).join('');
  return {
    prefix,
    prefixOnly: joker === units.length - 1 && units[joker] === null,
    test: (value) => value.startsWith(prefix) && matches(units, value),
  };
}

function matches(units: readonly (string | null | undefined)[], value: string): boolean {
  let unit = 0;
  let star = -1;
  let resume = 0;
  let at = 0;
  while (at < value.length) {
    const wanted = units[unit];
    if (unit < units.length && wanted === null) {
      star = unit++;
      resume = at;
    } else if (unit < units.length && (wanted === undefined || wanted === value.charAt(at))) {
      unit++;
      at++;
    } else if (star >= 0) {
      unit = star + 1;
      at = ++resume;
    } else return false;
  }
  while (unit < units.length && units[unit] === null) unit++;
  return unit === units.length;
}
