/** A query as Elasticsearch takes it. */
export type Dsl = Readonly<Record<string, unknown>>;

export const NOTHING: Dsl = { match_none: {} };
export const EVERYTHING: Dsl = { match_all: {} };

export function both(...parts: readonly Dsl[]): Dsl {
  const needed = parts.filter((part) => part !== EVERYTHING);
  if (needed.includes(NOTHING)) return NOTHING;
  if (needed.length < 2) return needed[0] ?? EVERYTHING;
  return { bool: { filter: needed } };
}

export function either(...parts: readonly Dsl[]): Dsl {
  const possible = parts.filter((part) => part !== NOTHING);
  if (possible.includes(EVERYTHING)) return EVERYTHING;
  if (possible.length < 2) return possible[0] ?? NOTHING;
  return { bool: { should: possible, minimum_should_match: 1 } };
}

export function not(part: Dsl): Dsl {
  if (part === NOTHING) return EVERYTHING;
  return part === EVERYTHING ? NOTHING : { bool: { must_not: [part] } };
}

/** How deep and how large a query is, as the server counts it, roughly. */
export function sizeOf(dsl: Dsl): { readonly depth: number; readonly clauses: number } {
  const bool = dsl['bool'] as Readonly<Record<string, unknown>> | undefined;
  if (bool === undefined) return { depth: 1, clauses: 1 };
  let depth = 0;
  let clauses = 0;
  for (const parts of Object.values(bool)) {
    if (!Array.isArray(parts)) continue;
    for (const part of parts as readonly Dsl[]) {
      const size = sizeOf(part);
      depth = Math.max(depth, size.depth);
      clauses += size.clauses;
    }
  }
  return { depth: depth + 1, clauses };
}
