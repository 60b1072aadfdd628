import type { ParkReason } from '../parked.ts';
import { ElasticError, type Connection } from './connection.ts';
import {
  dayOfTime,
  eventMappings,
  eventNames,
  EVENTS_FORMAT,
  eventTemplate,
  type EventNames,
  type Mapping,
} from './layout.ts';

/** Names in one request; the line of a request has room for 4096 bytes. */
const NAMES_PER_REQUEST = 50;
/** How long the template is believed in, ms of real time. */
const BELIEVED_MS = 60_000;

export interface EventDaysOptions {
  readonly dayShards: number;
  readonly retentionDays: number;
  /** ms since the epoch. */
  readonly now: () => number;
}

interface StoredTemplate {
  readonly index_template: {
    readonly _meta?: { readonly format?: number; readonly deleted_before?: string };
  };
}

/**
 * The day indices and their template: makes them, mends them, drops them. A day that was dropped is
 * never made again.
 */
export class EventDays {
  readonly names: EventNames;
  readonly #connection: Connection;
  readonly #options: EventDaysOptions;
  readonly #there = new Map<string, Promise<void>>();
  /** Days before this one were dropped. */
  #deletedBefore = 0;
  /** The template as the server gave it back after it was put, to see whether it was changed. */
  #template = '';
  #believedUntil = 0;
  #checking: Promise<void> | undefined;
  #repairs = 0;
  /** Indices whose mapping is another's and could not be brought to ours. */
  readonly #foreign = new Map<string, string>();

  constructor(connection: Connection, options: EventDaysOptions) {
    this.#connection = connection;
    this.#options = options;
    this.names = eventNames(connection.prefix);
  }

  /** Times the template was found missing or changed, and day indices with another mapping. */
  oddities(): { readonly repairs: number; readonly foreign: ReadonlyMap<string, string> } {
    return { repairs: this.#repairs, foreign: this.#foreign };
  }

  /** Why an event of that day is not stored; undefined when it is. */
  refusal(day: number): Exclude<ParkReason, 'refused' | 'blocked'> | undefined {
    const today = dayOfTime(this.#options.now());
    if (day > today + 1) return 'day_ahead';
    if (day < today - this.#options.retentionDays) return 'past_retention';
    return day < this.#deletedBefore ? 'day_dropped' : undefined;
  }

  /** Resolves once the template was read, and with it which days were dropped. */
  known(): Promise<void> {
    return this.#believedUntil === 0 ? this.#check() : Promise.resolve();
  }

  /** Resolves once the index is there, with a template behind it. */
  async ensure(index: string): Promise<void> {
    if (performance.now() > this.#believedUntil) await this.#check();
    const known = this.#there.get(index);
    if (known !== undefined) return known;
    const making = this.#make(index);
    this.#there.set(index, making);
    // What failed is tried again by the next who asks.
    making.catch(() => this.#there.delete(index));
    return making;
  }

  forget(index: string): void {
    this.#there.delete(index);
  }

  forgetAll(): void {
    this.#there.clear();
    this.#foreign.clear();
  }

  /** Puts the template where it is missing or was changed; newer code's is left alone. */
  async checkTemplate(): Promise<void> {
    const stored = await this.#read();
    const meta = stored?.index_template._meta;
    const before = Date.parse(meta?.deleted_before ?? '');
    if (!Number.isNaN(before)) this.#raiseFloor(dayOfTime(before));
    const isNewer = (meta?.format ?? 0) > EVENTS_FORMAT;
    const isOurs = stored !== undefined && JSON.stringify(stored) === this.#template;
    if (!isNewer && !isOurs) {
      if (this.#template !== '') this.#repairs += 1;
      await this.#put();
    }
    this.#believedUntil = performance.now() + BELIEVED_MS;
  }

  /** Every day there is, newest first. */
  async list(): Promise<readonly number[]> {
    const found = await this.#connection.get<Record<string, unknown>>({
      method: 'GET',
      path: `/${encodeURIComponent(this.names.pattern)}/_alias`,
      query: { allow_no_indices: true, ignore_unavailable: true },
    });
    return Object.keys(found)
      .map((index) => this.names.dayOf(index))
      .filter((day) => day !== undefined)
      .toSorted((a, b) => b - a);
  }

  /** Drops the days before `day` and says which; events of theirs that come later are parked. */
  async dropBefore(day: number): Promise<readonly number[]> {
    const gone = (await this.list()).filter((one) => one < day).toReversed();
    this.#raiseFloor(day);
    await this.#put();
    for (let at = 0; at < gone.length; at += NAMES_PER_REQUEST) {
      const names = gone.slice(at, at + NAMES_PER_REQUEST).map((one) => this.names.index(one));
      for (const name of names) this.forget(name);
      await this.#connection.get({
        method: 'DELETE',
        path: `/${names.map(encodeURIComponent).join(',')}`,
        query: { ignore_unavailable: true },
      });
    }
    return gone;
  }

  #check(): Promise<void> {
    this.#checking ??= this.checkTemplate().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  #raiseFloor(day: number): void {
    this.#deletedBefore = Math.max(this.#deletedBefore, day);
  }

  async #read(): Promise<StoredTemplate | undefined> {
    const { index_templates: found = [] } = await this.#connection.get<{
      readonly index_templates?: readonly StoredTemplate[];
    }>({ method: 'GET', path: `/_index_template/${this.names.template}` }, [404]);
    return found[0];
  }

  async #put(): Promise<void> {
    const { dayShards } = this.#options;
    const json = eventTemplate(this.names, { dayShards, deletedBefore: this.#deletedBefore });
    await this.#connection.get({
      method: 'PUT',
      path: `/_index_template/${this.names.template}`,
      json,
    });
    this.#template = JSON.stringify(await this.#read());
  }

  async #make(index: string): Promise<void> {
    const reply = await this.#connection.ask({ method: 'PUT', path: `/${index}` });
    if (reply.status < 300) return;
    const error = new ElasticError(`PUT /${index}`, reply);
    if (error.type !== 'resource_already_exists_exception') throw error;
    await this.#bringToOurs(index);
  }

  /** An index that is there already gets the fields it lacks; one that contradicts is reported. */
  async #bringToOurs(index: string): Promise<void> {
    const path = `/${index}/_mapping`;
    const found = await this.#connection.get<Record<string, { readonly mappings?: Mapping }>>({
      method: 'GET',
      path,
    });
    const ours = eventMappings();
    if (isAlike(found[index]?.mappings, ours)) return;
    const reply = await this.#connection.ask({ method: 'PUT', path, json: ours });
    if (reply.status >= 500 || reply.status === 429) throw new ElasticError('PUT mapping', reply);
    if (reply.status >= 300) {
      this.#foreign.set(index, new ElasticError(`PUT ${path}`, reply).message);
    }
  }
}

/** Whether the fields of ours are there, and what is not ours adds none by itself. */
function isAlike(found: Mapping | undefined, ours: Mapping): boolean {
  if (String(found?.dynamic) !== String(ours.dynamic)) return false;
  if (found?.subobjects !== ours.subobjects) return false;
  return Object.entries(ours.properties).every(
    ([name, { type }]) => found.properties?.[name]?.type === type,
  );
}

/** The days of a span of ms, as the list of those there are, newest first. */
export function daysWithin(days: readonly number[], from: number, to: number): readonly number[] {
  return days.filter((day) => day >= dayOfTime(from) && day <= dayOfTime(to - 1));
}
