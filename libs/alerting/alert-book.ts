import {
  type Alert,
  type AlertChange,
  type AlertRecord,
  type BatchMark,
  CENTRE,
  type Clock,
  type Muted,
  type Recovery,
} from '#libs/model';
import type { Documents } from '#libs/store';

import { Inhibition, type Inhibits } from './inhibition.ts';
import { endOf, MaintenanceBook, type MaintenanceWindow, mutedBy } from './maintenance.ts';
import type { AlertSink, Recorder } from './ports.ts';
import { RecoveryBook } from './recovery-book.ts';
import { mutedBySilence, SilenceBook } from './silences.ts';

const ALERT_KIND = 'alert';
const CENTRE_PLACE = { province: CENTRE };
const PAGE = 1000;
/** What happened this shortly before a window ended is still broken when it ends, ms. */
const STILL_BROKEN_MS = 3_600_000;

export interface AlertBookNeeds {
  readonly documents: Documents;
  readonly incidents: AlertSink;
  readonly clock: Clock;
  /** Whether some rule says when trouble of this one is over (`recovers`). */
  readonly recoverable: (rule: string) => boolean;
  /** Which rules' alerts in narrower places an alert of this one mutes (`inhibits`). */
  readonly inhibits: Inhibits;
  readonly record: Recorder;
}

/** Figures for the health page. */
export interface AlertFigures {
  /** Alerts that are kept from people now. */
  readonly held: number;
  readonly heldBy: Readonly<Record<Muted['by'], number>>;
  /** Changes that were older than what is filed and were left out. */
  readonly repeats: number;
}

/**
 * From what the correlation says to what people see: recovered or not, held back or not, then into
 * incidents.
 */
export interface AlertBook {
  /**
   * Resolves once every change is durable, in alerts and incidents. `mark` says which batch they
   * come from; with it a replay of older batches leaves newer alerts alone. The same again changes
   * nothing.
   */
  apply(
    changes: readonly AlertChange[],
    recoveries?: readonly Recovery[],
    mark?: BatchMark,
  ): Promise<void>;
  /** Looks at what muted alerts and ended; call it every few seconds. */
  tick(): Promise<void>;
  readonly maintenance: MaintenanceBook;
  readonly silences: SilenceBook;
  figures(): AlertFigures;
}

/** Reads what it must remember (recoveries, windows, alerts held back) and is then ready. */
export async function createAlertBook(needs: AlertBookNeeds): Promise<AlertBook> {
  const book = new Book(needs);
  await book.load();
  return book;
}

class Book implements AlertBook {
  readonly maintenance: MaintenanceBook;
  readonly silences: SilenceBook;
  readonly #inhibition: Inhibition;
  readonly #needs: AlertBookNeeds;
  readonly #recoveries: RecoveryBook;
  readonly #held = new Map<string, AlertRecord>();
  #tail: Promise<unknown> = Promise.resolve();
  #repeats = 0;

  constructor(needs: AlertBookNeeds) {
    this.#needs = needs;
    this.maintenance = new MaintenanceBook(needs.documents, needs.clock);
    this.silences = new SilenceBook(needs.documents, needs.clock, needs.record);
    this.#inhibition = new Inhibition(needs.clock, needs.inhibits);
    this.#recoveries = new RecoveryBook(needs.documents, needs.clock);
  }

  async load(): Promise<void> {
    await this.#recoveries.load();
    await this.maintenance.load();
    await this.silences.load();
    for (const record of this.#needs.incidents.liveAlerts()) this.#inhibition.take(record);
    let cursor: string | undefined;
    do {
      const page = await this.#needs.documents.list<AlertRecord>(ALERT_KIND, {
        scope: CENTRE_PLACE,
        keys: { muted: 'held' },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { body } of page.rows) this.#held.set(body.alert.id, body);
      cursor = page.next;
    } while (cursor !== undefined);
  }

  apply(
    changes: readonly AlertChange[],
    recoveries: readonly Recovery[] = [],
    mark?: BatchMark,
  ): Promise<void> {
    return this.#serial(() => this.#apply(changes, recoveries, mark));
  }

  #serial<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(task, task);
    this.#tail = run.catch(() => undefined);
    return run;
  }

  async #apply(
    changes: readonly AlertChange[],
    recoveries: readonly Recovery[],
    mark: BatchMark | undefined,
  ): Promise<void> {
    await this.#recoveries.add(recoveries);
    const records = new Map<string, AlertRecord>();
    for (const record of this.#newlyOver(recoveries)) records.set(record.alert.id, record);
    // Each change holds the whole alert, so only the last of a batch counts.
    const last = new Map(changes.map(({ alert }) => [alert.id, alert]));
    const filed = await Promise.all([...last.keys()].map((id) => this.#needs.incidents.alert(id)));
    const fresh: [Alert, AlertRecord | undefined][] = [];
    for (const [at, alert] of [...last.values()].entries()) {
      if (isOlder(mark, filed[at]?.taken)) this.#repeats += 1;
      else fresh.push([alert, filed[at]]);
    }
    // Whatever mutes others is known before them, in whatever order they came.
    const wider = ([alert]: [Alert, unknown]) => this.#inhibition.inhibits(alert.rule);
    for (const [alert, known] of [...fresh.filter(wider), ...fresh.filter((one) => !wider(one))]) {
      const record = this.#recordOf(alert, known, mark);
      records.set(alert.id, record);
      if (!this.#inhibition.take(record)) continue;
      for (const muted of this.#newlyMuted()) {
        if (!records.has(muted.alert.id)) records.set(muted.alert.id, muted);
      }
    }
    await this.#settle([...records.values()]);
  }

  /** Alerts that nobody acted on and that another one now stands for. */
  #newlyMuted(): AlertRecord[] {
    const newly: AlertRecord[] = [];
    for (const record of this.#needs.incidents.liveAlerts()) {
      if (!this.#isUntouched(record) || record.recovered !== undefined) continue;
      const muted = this.#inhibition.holding(record.alert);
      if (muted !== undefined) newly.push({ ...record, muted });
    }
    return newly;
  }

  #isUntouched({ incident }: AlertRecord): boolean {
    return incident !== undefined && !this.#needs.incidents.isTouched(incident);
  }

  /** Alerts that these recoveries end and that nothing else changes. */
  #newlyOver(recoveries: readonly Recovery[]): AlertRecord[] {
    if (recoveries.length === 0) return [];
    const rules = new Set(recoveries.flatMap((recovery) => recovery.rules));
    const over: AlertRecord[] = [];
    for (const records of [this.#needs.incidents.liveAlerts(), this.#held.values()]) {
      for (const record of records) {
        const { rule, groupKey, last } = record.alert;
        if (!rules.has(rule)) continue;
        const recovered = this.#recoveries.after(rule, groupKey, last);
        if (recovered !== undefined) over.push({ ...record, recovered });
      }
    }
    return over;
  }

  #recordOf(
    alert: Alert,
    known: AlertRecord | undefined,
    mark: BatchMark | undefined,
  ): AlertRecord {
    const recovered = this.#recoveries.after(alert.rule, alert.groupKey, alert.last);
    const muted = this.#mutedNow(alert, known);
    return {
      alert,
      ...(muted === undefined ? {} : { muted }),
      ...(recovered === undefined ? {} : { recovered }),
      ...(mark === undefined ? {} : { taken: mark }),
    };
  }

  /**
   * An alert that people have seen is never taken from them again, unless a wider one stands for it
   * and nobody acted on it.
   */
  #mutedNow(alert: Alert, known: AlertRecord | undefined): Muted | undefined {
    const before = known?.muted;
    if (known !== undefined && before === undefined)
      return this.#isUntouched(known) ? this.#inhibition.holding(alert) : undefined;
    const now = this.#mutingOf(alert);
    if (now !== undefined) return now;
    if (before === undefined) return undefined;
    // It goes on after what muted it ended: it is seen from then on. Else `tick` decides.
    return alert.last >= this.#endOf(before) ? undefined : before;
  }

  /** What keeps an alert from people now. */
  #mutingOf(alert: Alert): Muted | undefined {
    const window = this.maintenance.holding(alert);
    if (window !== undefined) return mutedBy(window);
    const silence = this.silences.holding(alert);
    return silence === undefined ? this.#inhibition.holding(alert) : mutedBySilence(silence);
  }

  #endOf({ by, id, until = Infinity }: Muted): number {
    return by === 'silence' ? (this.silences.endOf(id) ?? until) : until;
  }

  async #settle(records: readonly AlertRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#needs.incidents.settle(records);
    for (const record of records) {
      this.#inhibition.take(record);
      const held = record.muted !== undefined && record.muted.over !== true;
      if (held) this.#held.set(record.alert.id, record);
      else this.#held.delete(record.alert.id);
    }
  }

  tick(): Promise<void> {
    return this.#serial(async () => {
      const over = this.maintenance.over();
      const ended = new Map(over.map((window) => [window.id, window]));
      this.#inhibition.sweep((id) => this.#needs.incidents.isLive(id));
      const records: AlertRecord[] = [];
      for (const record of this.#held.values()) {
        const next = this.#afterMuting(record, ended);
        if (next !== undefined) records.push(next);
      }
      await this.#settle(records);
      // What people did meanwhile bears on incidents that stand for others.
      if (records.length === 0) await this.#needs.incidents.settle([]);
      await this.maintenance.settle(over);
    });
  }

  /** The record once what muted it ended; undefined while it lasts. */
  #afterMuting(
    record: AlertRecord,
    ended: ReadonlyMap<string, MaintenanceWindow>,
  ): AlertRecord | undefined {
    const { muted, ...seen } = record;
    if (muted === undefined) return undefined;
    const window = ended.get(muted.id);
    const lasts =
      muted.by === 'inhibition'
        ? this.#inhibition.holds(muted.id)
        : window === undefined && this.#endOf(muted) > this.#needs.clock.now();
    if (lasts) return undefined;
    const next = this.#mutingOf(record.alert);
    if (next !== undefined) return { ...record, muted: next };
    if (muted.by === 'silence') {
      // A person asked not to be told of it: it stays so, unless it goes on.
      return { ...record, muted: { ...muted, until: this.#endOf(muted), over: true } };
    }
    const isBroken =
      muted.by === 'maintenance'
        ? this.#stillBroken(record, window)
        : record.alert.state.kind === 'in_force' && record.recovered === undefined;
    return isBroken ? seen : { ...record, muted: { ...muted, over: true } };
  }

  #stillBroken({ alert, recovered }: AlertRecord, window: MaintenanceWindow | undefined): boolean {
    if (alert.state.kind !== 'in_force' || recovered !== undefined) return false;
    // Nobody knows any more when it began or ended: better seen than lost.
    if (window === undefined || this.#needs.recoverable(alert.rule)) return true;
    return alert.first < window.from || alert.last >= endOf(window) - STILL_BROKEN_MS;
  }

  figures(): AlertFigures {
    const heldBy = { maintenance: 0, silence: 0, inhibition: 0 };
    for (const { muted } of this.#held.values()) if (muted !== undefined) heldBy[muted.by] += 1;
    return { held: this.#held.size, heldBy, repeats: this.#repeats };
  }
}

function isOlder(mark: BatchMark | undefined, than: BatchMark | undefined): boolean {
  if (mark === undefined || than === undefined) return false;
  return mark.spool === than.spool && mark.position < than.position;
}
