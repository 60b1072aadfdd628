/** How a Sigma value is made of ECS fields where ECS keeps it in parts or in other words. */
export type Making =
  | { readonly make: 'account'; readonly from: readonly [domain: string, name: string] }
  | { readonly make: 'hashes'; readonly from: Readonly<Record<string, string>> }
  | {
      readonly make: 'words';
      readonly from: string;
      readonly words: Readonly<Record<string, string>>;
    };

/**
 * A Sigma field as an event may carry it: under its own name, under an ECS name, or made of ECS
 * fields.
 */
export interface FieldRef {
  /** As the rule writes it. */
  readonly name: string;
  /** Names to look under, the first that holds a value wins; the rule's own name is the first. */
  readonly names: readonly string[];
  /** What the value is made of where none of the names is there. */
  readonly made?: Making;
}

/** The fields a making reads. */
export function partsOf(made: Making): readonly string[] {
  if (made.make === 'account') return made.from;
  return made.make === 'hashes' ? Object.values(made.from) : [made.from];
}

/** The value a making gives; `read` tells the text of a field. Undefined when a part is missing. */
export function makeValue(
  made: Making,
  read: (name: string) => string | undefined,
): string | undefined {
  if (made.make === 'account') {
    const [domain, name] = [read(made.from[0]), read(made.from[1])];
    return domain === undefined || name === undefined ? undefined : `${domain}\\${name}`;
  }
  if (made.make === 'words') {
    const word = read(made.from);
    return word !== undefined && Object.hasOwn(made.words, word) ? made.words[word] : undefined;
  }
  const parts = Object.entries(made.from).flatMap(([algorithm, field]) => {
    const value = read(field);
    return value === undefined ? [] : [`${algorithm}=${value}`];
  });
  return parts.length === 0 ? undefined : parts.join(',');
}
