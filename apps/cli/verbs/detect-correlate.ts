import type { Alert, AlertChange, Event, Fields, Match } from '#libs/model';
import type { Rule, RuleSet } from '#libs/sigma';

/** An event with the rules it met. */
export interface CorrelateInput {
  readonly number: number;
  readonly record: Readonly<Record<string, unknown>>;
  readonly rules: readonly Rule[];
}

/** What correlation does for these verbs; a `Correlator` of libs/correlate is one. */
export interface CorrelatorDoor {
  accept(matches: readonly Match[]): Promise<readonly AlertChange[]>;
  advance(received: number): Promise<readonly AlertChange[]>;
}

/** Matches handed over at once. */
const BATCH_MATCHES = 1_000;
/** Longer than any timespan: after this much silence every window is closed. */
const LAST_ADVANCE_MS = 400 * 86_400_000;

/** Makes a correlator for a rule set; given by who puts the verbs together. */
export type OpenCorrelator = (set: RuleSet) => Promise<CorrelatorDoor>;

/**
 * The alerts in force once every window is closed, earliest first. Events without a time stand at
 * the epoch.
 */
export async function correlateMatches(
  set: RuleSet,
  input: readonly CorrelateInput[],
  open: OpenCorrelator,
): Promise<Alert[]> {
  const matches = input.flatMap(({ number, record, rules }) => {
    const event = eventOf(number, record);
    return rules.map((rule): Match => ({ rule: rule.id, event }));
  });
  return alertsInForce(await open(set), matches);
}

/**
 * Runs matches through a correlator and past every timespan; the alerts then in force, earliest
 * first. All of them are here, so they go in the order of their times: in a file nothing is late,
 * however far out of order it is.
 */
export async function alertsInForce(
  correlator: CorrelatorDoor,
  matches: readonly Match[],
): Promise<Alert[]> {
  const last = new Map<string, Alert>();
  const keep = (changes: readonly AlertChange[]) => {
    for (const { alert } of changes) last.set(alert.id, alert);
  };
  const inOrder = matches.toSorted((a, b) => a.event.time - b.event.time);
  let reached = 0;
  for (let at = 0; at < inOrder.length; at += BATCH_MATCHES) {
    const batch = inOrder.slice(at, at + BATCH_MATCHES);
    keep(await correlator.accept(batch));
    reached = batch.at(-1)?.event.time ?? reached;
    keep(await correlator.advance(reached));
  }
  keep(await correlator.advance(reached + LAST_ADVANCE_MS));
  return [...last.values()]
    .filter(({ state }) => state.kind === 'in_force')
    .toSorted((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
}

function eventOf(number: number, record: Readonly<Record<string, unknown>>): Event {
  const stamp = record['@timestamp'];
  const parsed = typeof stamp === 'string' ? Date.parse(stamp) : Number.NaN;
  const time = Number.isNaN(parsed) ? 0 : parsed;
  // Correlation asks the rule set for fields that are not there under their ECS names.
  return { id: String(number), time, received: time, fields: record as Fields };
}
