/** Why a rule saw less than it should have. */
export type BlindReason =
  | 'engine_down'
  | 'rule_absent'
  | 'no_source'
  | 'sources_silent'
  | 'limit_hit';

/** A stretch `[from, to)` of time, ms since the epoch, in which one thing held for a rule. */
export interface LedgerSpan {
  readonly from: number;
  readonly to: number;
  readonly state: 'evaluated' | 'reevaluated' | 'blind';
  /** All that made it blind; empty otherwise. */
  readonly reasons: readonly BlindReason[];
  /** Sources of the locality that were silent although others were not. */
  readonly silent: readonly string[];
  /** Groups evaluated again because late events came. */
  readonly again: number;
  /** Named limits that dropped something, and how much. */
  readonly limits: Readonly<Record<string, number>>;
}

/** `[from, to)` in ms; without an end it still lasts. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A source that could feed the rule at the locality, and when it was silent. */
export interface SourceFacts {
  readonly id: string;
  readonly silent: readonly Stretch[];
}

/** Something that correlation did to windows of the rule in a stretch of event time. */
export interface MarkFacts extends Stretch {
  readonly kind: 'late' | 'limit';
  /** The limit's name; empty for `late`. */
  readonly limit: string;
  readonly count: number;
}

/** Everything the ledger of one rule and locality is derived from. */
export interface LedgerFacts {
  readonly up: readonly Stretch[];
  readonly inForce: readonly Stretch[];
  readonly sources: readonly SourceFacts[];
  readonly marks: readonly MarkFacts[];
}

function within(stretches: readonly Stretch[], time: number): boolean {
  return stretches.some(({ from, to }) => from <= time && time < to);
}

function spanAt(facts: LedgerFacts, from: number, to: number): LedgerSpan {
  const silent = facts.sources.filter((source) => within(source.silent, from)).map(({ id }) => id);
  const limits: Record<string, number> = {};
  let again = 0;
  for (const mark of facts.marks) {
    if (mark.from >= to || mark.to <= from) continue;
    if (mark.kind === 'late') again += mark.count;
    else limits[mark.limit] = (limits[mark.limit] ?? 0) + mark.count;
  }
  const reasons: BlindReason[] = [];
  if (!within(facts.up, from)) reasons.push('engine_down');
  if (!within(facts.inForce, from)) reasons.push('rule_absent');
  if (facts.sources.length === 0) reasons.push('no_source');
  else if (silent.length === facts.sources.length) reasons.push('sources_silent');
  if (Object.keys(limits).length > 0) reasons.push('limit_hit');
  const state = reasons.length > 0 ? 'blind' : again > 0 ? 'reevaluated' : 'evaluated';
  return { from, to, state, reasons, silent, again, limits };
}

function alike(a: LedgerSpan, b: LedgerSpan): boolean {
  const parts = ({ state, reasons, silent, again, limits }: LedgerSpan) =>
    JSON.stringify([state, reasons, silent, again, limits]);
  return parts(a) === parts(b);
}

/**
 * What a rule did at a locality over `[from, to)`, without a gap: no window is skipped in silence.
 * Pure.
 */
export function ledgerOf(facts: LedgerFacts, from: number, to: number): readonly LedgerSpan[] {
  const all = [
    ...facts.up,
    ...facts.inForce,
    ...facts.marks,
    ...facts.sources.flatMap(({ silent }) => silent),
  ];
  const cuts = new Set([from]);
  for (const stretch of all)
    for (const at of [stretch.from, stretch.to]) if (at > from && at < to) cuts.add(at);
  const inOrder = [...cuts].toSorted((a, b) => a - b);
  const spans: LedgerSpan[] = [];
  for (const [i, begin] of inOrder.entries()) {
    const span = spanAt(facts, begin, inOrder[i + 1] ?? to);
    const last = spans.at(-1);
    if (last !== undefined && alike(last, span)) spans[spans.length - 1] = { ...last, to: span.to };
    else spans.push(span);
  }
  return spans;
}
