import type { FieldTable } from './field-table.ts';
import { RecordView, type Json } from './record.ts';
import type { IndexedRule, RuleIndex } from './rule-index.ts';
import { ANY_SLOT, WitnessFinder, type Witness } from './witness.ts';

/**
 * Events after which witnesses are looked at again; then every time as many have passed as the last
 * says.
 */
const LEARN_AFTER: readonly number[] = [200, 2_000, 20_000, 200_000];
/** Events kept to judge witnesses by. */
const SAMPLE_MAX = 96;
/** A rule that so many of hundred events call for nothing is worth another witness. */
const HOT_PERCENT = 2;
/** Witness and event pairs that are tried at most. */
const TRIALS_MAX = 300_000;

/**
 * Counts for nothing called rules of one index and finds them witnesses that are rarer in the
 * events at hand.
 */
export class Learning {
  readonly #index: RuleIndex;
  readonly #rules: readonly IndexedRule[];
  readonly #table: FieldTable;
  /** How often a rule was called since the last look, by its number. */
  readonly #called: Uint32Array;
  #sample: Json[] = [];
  #events = 0;
  #stage = 0;

  constructor(index: RuleIndex, rules: readonly IndexedRule[], table: FieldTable, count: number) {
    this.#index = index;
    this.#rules = rules;
    this.#table = table;
    this.#called = new Uint32Array(count);
  }

  /** A rule was looked at and did not meet the event. */
  missed(rule: number): void {
    this.#called[rule] = (this.#called[rule] as number) + 1;
  }

  /** One more event was matched; from time to time the index is improved. */
  event(record: Json): void {
    this.#events++;
    const due = LEARN_AFTER[this.#stage] as number;
    if (this.#events <= due - SAMPLE_MAX) return;
    this.#sample.push(record);
    if (this.#events < due) return;
    this.#learn();
    this.#sample = [];
    this.#events = 0;
    this.#called.fill(0);
    this.#stage = Math.min(this.#stage + 1, LEARN_AFTER.length - 1);
  }

  #learn(): void {
    const least = (this.#events * HOT_PERCENT) / 100;
    const hot = new Set(
      this.#rules.map(({ at }) => at).filter((at) => (this.#called[at] as number) >= least),
    );
    if (hot.size === 0) return;
    const asked = new Map<string, Witness>();
    const listing = new WitnessFinder(this.#table, (witness) => {
      asked.set(keyOf(witness), witness);
      return 0n;
    });
    for (const { at, condition } of this.#rules) if (hot.has(at)) listing.find(condition);
    const seen = this.#tried(asked);
    this.#index.improve(hot, (witness) => seen.get(keyOf(witness)) ?? 0n);
  }

  /** Which sample events show each witness. */
  #tried(asked: ReadonlyMap<string, Witness>): Map<string, bigint> {
    const seen = new Map<string, bigint>();
    const view = new RecordView(this.#table);
    const events = Math.max(1, Math.floor(TRIALS_MAX / asked.size));
    for (const [i, record] of this.#sample.slice(0, events).entries()) {
      view.load(record);
      for (const [key, witness] of asked) {
        if (isThere(witness, view)) seen.set(key, (seen.get(key) ?? 0n) | (1n << BigInt(i)));
      }
    }
    return seen;
  }
}

function keyOf(witness: Witness): string {
  if (witness.kind === 'present') return `present ${witness.slot}`;
  return `${witness.kind} ${witness.slot} ${witness.text}`;
}

function isThere(witness: Witness, view: RecordView): boolean {
  if (witness.kind === 'present') return view.value(witness.slot) !== undefined;
  const texts = witness.slot === ANY_SLOT ? view.foldedLeaves() : view.folded(witness.slot);
  if (texts === undefined) return false;
  if (typeof texts === 'string') return fits(witness, texts);
  return texts.some((text) => fits(witness, text));
}

function fits(witness: Exclude<Witness, { kind: 'present' }>, text: string): boolean {
  if (witness.kind === 'exact') return text === witness.text;
  if (witness.kind === 'prefix') return text.startsWith(witness.text);
  return witness.kind === 'suffix' ? text.endsWith(witness.text) : text.includes(witness.text);
}
