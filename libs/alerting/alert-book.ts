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

import { endOf, MaintenanceBook, type MaintenanceWindow, mutedBy } from './maintenance.ts';
import type { AlertSink } from './ports.ts';
import { RecoveryBook } from './recovery-book.ts';

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
}

/** Figures for the health page. */
export interface AlertFigures {
  /** Alerts that a maintenance window holds back now. */
  readonly held: number;
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
  /** Looks at maintenance windows that ended; call it every few seconds. */
  tick(): Promise<void>;
  readonly maintenance: MaintenanceBook;
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
  readonly #needs: AlertBookNeeds;
  readonly #recoveries: RecoveryBook;
  readonly #held = new Map<string, AlertRecord>();
  #tail: Promise<unknown> = Promise.resolve();
  #repeats = 0;

  constructor(needs: AlertBookNeeds) {
    this.#needs = needs;
    this.maintenance = new MaintenanceBook(needs.documents, needs.clock);
    this.#recoveries = new RecoveryBook(needs.documents, needs.clock);
  }

  async load(): Promise<void> {
    await this.#recoveries.load();
    await this.maintenance.load();
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
    for (const [at, alert] of [...last.values()].entries()) {
      const known = filed[at];
      if (isOlder(mark, known?.taken)) {
        this.#repeats += 1;
        continue;
      }
      records.set(alert.id, this.#recordOf(alert, known, mark));
    }
    await this.#settle([...records.values()]);
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

  /** An alert that people have seen is never taken from them again. */
  #mutedNow(alert: Alert, known: AlertRecord | undefined): Muted | undefined {
    if (known !== undefined && known.muted === undefined) return undefined;
    const window = this.maintenance.holding(alert);
    if (window !== undefined) return mutedBy(window);
    const before = known?.muted;
    if (before === undefined) return undefined;
    // It goes on after the window's end: it is seen from then on. Else `tick` decides.
    return alert.last >= before.until ? undefined : before;
  }

  async #settle(records: readonly AlertRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#needs.incidents.settle(records);
    for (const record of records) {
      const held = record.muted !== undefined && record.muted.over !== true;
      if (held) this.#held.set(record.alert.id, record);
      else this.#held.delete(record.alert.id);
    }
  }

  tick(): Promise<void> {
    return this.#serial(async () => {
      const over = this.maintenance.over();
      const now = this.#needs.clock.now();
      const ended = new Map(over.map((window) => [window.id, window]));
      const records: AlertRecord[] = [];
      for (const record of this.#held.values()) {
        const window = ended.get(record.muted?.id ?? '');
        if (window === undefined && (record.muted?.until ?? 0) > now) continue;
        records.push(this.#afterWindow(record, window));
      }
      await this.#settle(records);
      await this.maintenance.settle(over);
    });
  }

  #afterWindow(record: AlertRecord, window: MaintenanceWindow | undefined): AlertRecord {
    const { muted, ...seen } = record;
    const next = this.maintenance.holding(record.alert);
    if (next !== undefined) return { ...record, muted: mutedBy(next) };
    if (muted === undefined || this.#stillBroken(record, window)) return seen;
    return { ...record, muted: { ...muted, over: true } };
  }

  #stillBroken({ alert, recovered }: AlertRecord, window: MaintenanceWindow | undefined): boolean {
    if (alert.state.kind !== 'in_force' || recovered !== undefined) return false;
    // Nobody knows any more when it began or ended: better seen than lost.
    if (window === undefined || this.#needs.recoverable(alert.rule)) return true;
    return alert.first < window.from || alert.last >= endOf(window) - STILL_BROKEN_MS;
  }

  figures(): AlertFigures {
    return { held: this.#held.size, repeats: this.#repeats };
  }
}

function isOlder(mark: BatchMark | undefined, than: BatchMark | undefined): boolean {
  if (mark === undefined || than === undefined) return false;
  return mark.spool === than.spool && mark.position < than.position;
}
