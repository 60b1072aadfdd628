import type { Needed } from '#libs/sigma';
import type { Query } from '#libs/store';

/** Characters that mean something in a pattern. */
const JOKERS = /[\\*?]/g;

/** The question to the event store; undefined when nothing can meet the condition. */
export function neededQuery(needed: Needed): Query | undefined {
  if (needed.kind === 'none') return undefined;
  if (needed.kind === 'any') return { kind: 'all' };
  if (needed.kind === 'there') return { kind: 'exists', field: needed.field };
  if (needed.kind === 'text') return termOf(needed);
  const parts = needed.parts.flatMap((part) => neededQuery(part) ?? []);
  return parts.length === 0 ? undefined : { kind: needed.kind, parts };
}

function termOf({ field, how, text }: Extract<Needed, { kind: 'text' }>): Query {
  if (how === 'exact') return { kind: 'term', field, value: text, wildcard: false };
  const literal = text.replaceAll(JOKERS, String.raw`\$&`);
  const before = how === 'prefix' ? '' : '*';
  const after = how === 'suffix' ? '' : '*';
  return { kind: 'term', field, value: `${before}${literal}${after}`, wildcard: true };
}
