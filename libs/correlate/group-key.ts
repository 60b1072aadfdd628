import { CENTRE, type GroupField, type OursView } from '#libs/model';

/** Stands in a key for a group value that is absent. */
export const ABSENT = '\u0001';

/** How a group key is made of a match. */
export interface Grouping {
  readonly national: boolean;
  readonly groupBy: readonly GroupField[];
  /** A field that is absent leaves a gap in the key; otherwise the match has no key. */
  readonly optional: boolean;
}

/** The grouping of a rule: its own names as far as present, or the group-by of a correlation. */
export function groupingOf(
  ours: Pick<OursView, 'group' | 'national'>,
  groupBy: readonly GroupField[] | undefined,
  names: readonly string[],
): Grouping {
  const { national, group } = ours;
  if (group === undefined && groupBy !== undefined) return { national, groupBy, optional: false };
  const fields = (group ?? names).map((field) => ({ name: firstOf(field), fieldOf: field }));
  return { national, groupBy: fields, optional: true };
}

function firstOf(alternatives: string): string {
  return alternatives.split('|', 1)[0] as string;
}

/** The name that a field of several names is shown under: ECS where there is one. */
export function shownName(alternatives: string): string {
  const names = alternatives.split('|');
  const dotted = names.filter((name) => name.includes('.'));
  const own = names[0] ?? alternatives;
  if (own.includes('.')) return own;
  return dotted.find((name) => !name.startsWith('winlog.')) ?? dotted[0] ?? own;
}

/** The value of the first of `a|b` that has one. */
export function firstText(
  alternatives: string,
  text: (field: string) => string | undefined,
): string | undefined {
  if (!alternatives.includes('|')) return text(alternatives);
  for (const field of alternatives.split('|')) {
    const value = text(field);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * The key of a match whose fields, in the order of the grouping, are `fields`; undefined when it
 * has none.
 */
export function groupKey(
  grouping: Grouping,
  province: string,
  fields: readonly (string | undefined)[],
  text: (field: string) => string | undefined,
): string | undefined {
  let key = grouping.national ? CENTRE : province;
  for (const field of fields) {
    const value = field === undefined ? undefined : firstText(field, text);
    if (value === undefined && !grouping.optional) return undefined;
    key += `\0${value ?? ABSENT}`;
  }
  return key;
}

/** A key as it makes the alert's id: JSON of the province and each value, null where absent. */
export function canonicalKey(key: string): string {
  return JSON.stringify(key.split('\0').map((part) => (part === ABSENT ? null : part)));
}
