import type { Comparison, Presence } from '#libs/model';

/** Whether a measure satisfies every comparison. */
export function compares(condition: readonly Comparison[], n: number): boolean {
  for (const { op, value } of condition) {
    switch (op) {
      case 'gt':
        if (!(n > value)) return false;
        break;
      case 'gte':
        if (!(n >= value)) return false;
        break;
      case 'lt':
        if (!(n < value)) return false;
        break;
      case 'lte':
        if (!(n <= value)) return false;
        break;
      case 'eq':
        if (n !== value) return false;
        break;
      case 'neq':
        if (n === value) return false;
        break;
    }
  }
  return true;
}

/** Whether the members present in a window satisfy a boolean condition. */
export function isPresent(tree: Presence, has: (rule: string) => boolean): boolean {
  if (tree.op === 'member') return has(tree.rule);
  if (tree.op === 'not') return !isPresent(tree.of, has);
  if (tree.op === 'and') return tree.of.every((part) => isPresent(part, has));
  return tree.of.some((part) => isPresent(part, has));
}

/**
 * Members a temporal_ordered condition wants in order: all, or those a boolean condition names
 * without "not".
 */
export function orderedMembers(
  rules: readonly string[],
  condition: readonly Comparison[] | Presence,
): readonly string[] {
  if ('length' in condition) return rules;
  const wanted = new Set(unnegated(condition));
  return rules.filter((rule) => wanted.has(rule));
}

function unnegated(tree: Presence): readonly string[] {
  if (tree.op === 'member') return [tree.rule];
  return tree.op === 'not' ? [] : tree.of.flatMap(unnegated);
}
