export * from "./ports.ts";
export type { Query, QueryProblem } from "./query/syntax.ts";
