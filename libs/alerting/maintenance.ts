import { randomUUID } from 'node:crypto';

import { type Alert, CENTRE, type Clock, covers, type Muted, type Place } from '#libs/model';
import type { Documents, Write } from '#libs/store';

const WINDOW_KIND = 'maintenance';
const CENTRE_PLACE = { province: CENTRE };
const PAGE = 1000;
/** Windows that are planned or running at once. */
const WINDOWS_MAX = 2000;
/** Longest window, ms: a week. */
const WINDOW_MS_MAX = 7 * 86_400_000;
const REASON_CHARS_MAX = 1000;

/**
 * A planned time in which what breaks is expected to: a place, or one source or service of it.
 * Times in ms.
 */
export interface MaintenanceWindow {
  readonly id: string;
  readonly place: Place;
  readonly source?: string;
  readonly service?: string;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly who: string;
  /** When a person ended it early. */
  readonly ended?: number;
  /** What it held back was raised or laid aside. */
  readonly settled: boolean;
}

export type WindowRefused = {
  readonly reason: 'bad_span' | 'too_long' | 'reason_required' | 'too_many' | 'window_unknown';
};

/** When a window stops holding alerts back. */
export function endOf(window: MaintenanceWindow): number {
  return Math.min(window.to, window.ended ?? window.to);
}

/**
 * Whether a window holds an alert back. Alerts about accounts and addresses are never held: nobody
 * plans an attack.
 */
function holds(window: MaintenanceWindow, alert: Alert, now: number): boolean {
  if (now >= endOf(window) || alert.last < window.from || alert.first >= endOf(window))
    return false;
  if (alert.last >= endOf(window) || !covers(window.place, alert.place)) return false;
  const has = (kind: string, value: string | undefined): boolean =>
    alert.entities.some((one) => one.kind === kind && (value === undefined || one.value === value));
  if (has('account', undefined) || has('address', undefined)) return false;
  if (window.source !== undefined && !has('source', window.source)) return false;
  return window.service === undefined || has('service', window.service);
}

export function mutedBy(window: MaintenanceWindow): Muted {
  const { id, who, reason } = window;
  return { by: 'maintenance', id, who, reason, until: endOf(window) };
}

/** Plans of maintenance, those that are not settled in memory. */
export class MaintenanceBook {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #windows = new Map<string, MaintenanceWindow>();

  constructor(documents: Documents, clock: Clock) {
    this.#documents = documents;
    this.#clock = clock;
  }

  async load(): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.#documents.list<MaintenanceWindow>(WINDOW_KIND, {
        scope: CENTRE_PLACE,
        keys: { settled: 'no' },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { body } of page.rows) this.#windows.set(body.id, body);
      cursor = page.next;
    } while (cursor !== undefined);
  }

  async plan(
    wish: Omit<MaintenanceWindow, 'id' | 'settled' | 'ended'>,
  ): Promise<MaintenanceWindow | WindowRefused> {
    const reason = wish.reason.trim();
    if (reason === '' || reason.length > REASON_CHARS_MAX) return { reason: 'reason_required' };
    if (!(wish.from < wish.to) || wish.to <= this.#clock.now()) return { reason: 'bad_span' };
    if (wish.to - wish.from > WINDOW_MS_MAX) return { reason: 'too_long' };
    if (this.#windows.size >= WINDOWS_MAX) return { reason: 'too_many' };
    const window: MaintenanceWindow = { ...wish, reason, id: randomUUID(), settled: false };
    await this.#write(window);
    return window;
  }

  /** Ends a window now; what it held back is looked at with the next tick. */
  async end(id: string, scope: Place): Promise<MaintenanceWindow | WindowRefused> {
    const window = this.#windows.get(id);
    if (window === undefined || !covers(scope, window.place)) return { reason: 'window_unknown' };
    const ended = { ...window, ended: this.#clock.now() };
    await this.#write(ended);
    return ended;
  }

  /** Windows that are planned, running or not yet settled, the soonest end first. */
  list(scope: Place): readonly MaintenanceWindow[] {
    return [...this.#windows.values()]
      .filter((window) => covers(scope, window.place))
      .toSorted((a, b) => endOf(a) - endOf(b));
  }

  get(id: string): MaintenanceWindow | undefined {
    return this.#windows.get(id);
  }

  /** The window that holds this alert back now, the one that ends last. */
  holding(alert: Alert): MaintenanceWindow | undefined {
    const now = this.#clock.now();
    let longest: MaintenanceWindow | undefined;
    for (const window of this.#windows.values()) {
      if (!holds(window, alert, now)) continue;
      if (longest === undefined || endOf(window) > endOf(longest)) longest = window;
    }
    return longest;
  }

  /** Windows that ended and whose alerts nobody has looked at since. */
  over(): readonly MaintenanceWindow[] {
    const now = this.#clock.now();
    return [...this.#windows.values()].filter((window) => endOf(window) <= now);
  }

  async settle(windows: readonly MaintenanceWindow[]): Promise<void> {
    if (windows.length === 0) return;
    await this.#documents.write(windows.map((window) => windowWrite({ ...window, settled: true })));
    for (const { id } of windows) this.#windows.delete(id);
  }

  async #write(window: MaintenanceWindow): Promise<void> {
    await this.#documents.write([windowWrite(window)]);
    this.#windows.set(window.id, window);
  }
}

function windowWrite(window: MaintenanceWindow): Write {
  return {
    kind: WINDOW_KIND,
    id: window.id,
    expect: 'any',
    body: window,
    place: window.place,
    order: window.from,
    keys: { settled: window.settled ? 'yes' : 'no' },
  };
}
