/**
 * The syntax tree of the search page's query language; both stores run it. Field names are ECS,
 * dotted.
 */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  /**
   * Words of `message` and of `event.original`; `phrase` asks for them side by side. A word with
   * `*`
   * or `?` is a pattern of one word.
   */
  | { readonly kind: 'text'; readonly words: readonly string[]; readonly phrase: boolean }
  /**
   * Case-insensitive whole value; with `wildcard`, `*` and `?` are jokers and a backslash takes
   * them as they are.
   */
  | {
      readonly kind: 'term';
      readonly field: string;
      readonly value: string;
      readonly wildcard: boolean;
    }
  | { readonly kind: 'exists'; readonly field: string }
  | {
      readonly kind: 'range';
      readonly field: string;
      readonly low?: { readonly value: string; readonly inclusive: boolean };
      readonly high?: { readonly value: string; readonly inclusive: boolean };
    }
  | { readonly kind: 'cidr'; readonly field: string; readonly network: string }
  /** Event ids; what evidence asks for. */
  | { readonly kind: 'ids'; readonly ids: readonly string[] };

/** What is wrong with a query and where: `at` counts UTF-16 units from 0. */
export interface QueryProblem {
  readonly reason: 'query_syntax' | 'query_too_long' | 'query_too_deep' | 'query_bad_value';
  readonly at: number;
  readonly message: string;
  readonly messageVi: string;
}
