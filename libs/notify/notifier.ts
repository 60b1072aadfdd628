import {
  type Clock,
  type Incident,
  PermanentError,
  type Place,
  SEVERITIES,
  type Severity,
} from '#libs/model';
import type { Documents } from '#libs/store';

import { type Channel, TryLater } from './channel.ts';
import { type Notice, noticeId, type NoticeKind } from './notice.ts';
import { type Delivery, type DeliveryState, Outbox } from './outbox.ts';

/** First wait after a failure, longest wait, and when a notice is given up; ms. */
export const RETRY_FIRST_MS = 5000;
export const RETRY_MAX_MS = 900_000;
export const GIVE_UP_MS = 86_400_000;
/** Evidence that ended longer ago than this pages nobody, unless its rule asks for it; ms. */
export const LATE_MS = 3_600_000;
/** What was told in this time is looked at again at the start, for changes that nobody was told of; ms. */
const LOOK_BACK_MS = 172_800_000;
const LOOKED_AT_MAX = 1000;

export interface NotifierNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly channels: readonly Channel[];
  readonly incidents: {
    open(): Iterable<Incident>;
    get(id: string): Promise<Incident | undefined>;
    /** Puts into the timeline that people were told, or could not be. */
    noted(id: string, facts: Readonly<Record<string, string>>): Promise<void>;
  };
  readonly policy: NotifyPolicy;
}

export interface NotifyPolicy {
  /** Incidents of this severity and above are told. */
  readonly severityMin: Severity;
  readonly linkOf: (incident: string) => string;
  readonly placeName: (place: Place) => string;
  /** Whether a rule pages although its evidence came late (`page_late`). */
  readonly pagesLate: (rule: string) => boolean;
}

/** Figures for the health page. */
export interface NotifyFigures {
  readonly waiting: number;
  readonly sent: number;
  readonly retries: number;
  readonly failed: number;
  /** Outcomes that could not be written down; the notices themselves are not lost. */
  readonly unnoted: number;
}

interface Change {
  readonly before: Incident | undefined;
  readonly after: Incident;
}

/** Most changes only count on; they are told apart before anything is read. */
function isNews(before: Incident | undefined, after: Incident): boolean {
  return (
    before === undefined ||
    before.severity !== after.severity ||
    before.status !== after.status ||
    before.closedBy !== after.closedBy ||
    before.late !== after.late ||
    (after.late && before.last !== after.last)
  );
}

/** Tells people of incidents, at least once per incident, kind and channel, and of the change those who were told. */
export class Notifier {
  readonly #needs: NotifierNeeds;
  readonly #outbox: Outbox;
  readonly #sending = new Map<string, Promise<void>>();
  readonly #counts = { sent: 0, retries: 0, failed: 0, unnoted: 0 };
  #noting: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(needs: NotifierNeeds) {
    this.#needs = needs;
    this.#outbox = new Outbox(needs.documents, needs.clock);
  }

  /** Takes up what waits since the last run, and what happened while nobody was there to tell. */
  async start(): Promise<void> {
    await this.#outbox.load();
    const { clock, incidents } = this.#needs;
    const told = await this.#outbox.list({
      scope: { province: '00' },
      from: clock.now() - LOOK_BACK_MS,
      limit: LOOKED_AT_MAX,
    });
    const changes: Change[] = [...incidents.open()].map((after) => ({ before: undefined, after }));
    const open = new Set(changes.map(({ after }) => after.id));
    for (const incident of new Set(told.rows.map(({ notice }) => notice.incident))) {
      const after = open.has(incident) ? undefined : await incidents.get(incident);
      if (after !== undefined) changes.push({ before: undefined, after });
    }
    await this.hear(changes);
  }

  /** Decides whom to tell of these changes; resolves once that is durable. Sending goes on behind it. */
  hear(changes: readonly Change[]): Promise<void> {
    const run = this.#noting.then(() => this.#hear(changes));
    this.#noting = run.catch(() => undefined);
    return run;
  }

  async #hear(changes: readonly Change[]): Promise<void> {
    if (this.#needs.channels.length === 0) return;
    const merged = new Map<string, string>();
    for (const { after } of changes) {
      if (after.closedBy === 'merged' && after.parent !== undefined && this.#matters(after)) {
        if (await this.#wasTold(after.id)) merged.set(after.parent, after.id);
      }
    }
    for (const { before, after } of changes) {
      if (!isNews(before, after)) continue;
      const kind = await this.#kindOf(after);
      if (kind === undefined) continue;
      const state =
        merged.has(after.id) && kind === 'opened' ? 'covered' : this.#stateOf(after, kind);
      await this.#put(after, kind, state);
    }
    this.#pump();
  }

  #matters(incident: Incident): boolean {
    const { severityMin } = this.#needs.policy;
    return SEVERITIES.indexOf(incident.severity) <= SEVERITIES.indexOf(severityMin);
  }

  /** Somebody was or will be told that this incident is there. */
  async #wasTold(incident: string): Promise<boolean> {
    for (const { name } of this.#needs.channels) {
      const delivery = await this.#outbox.get(noticeId(incident, 'opened', name));
      if (delivery !== undefined && delivery.state !== 'late') return true;
    }
    return false;
  }

  async #kindOf(incident: Incident): Promise<NoticeKind | undefined> {
    if (incident.closedBy === 'merged') return undefined;
    if (incident.closedBy === 'withdrawn') {
      return (await this.#wasTold(incident.id)) ? 'withdrawn' : undefined;
    }
    if (incident.status === 'closed') return undefined;
    const recovered = incident.timeline.findLast(
      ({ what }) => what === 'recovered' || what === 'reopened',
    );
    if (incident.status === 'resolved') {
      const byProduct = recovered?.what === 'recovered';
      return byProduct && (await this.#wasTold(incident.id)) ? 'recovered' : undefined;
    }
    if (!this.#matters(incident)) return undefined;
    const again = recovered?.what === 'reopened' && recovered.who === 'system';
    return again && (await this.#wasTold(incident.id)) ? 'reopened' : 'opened';
  }

  #stateOf(incident: Incident, kind: NoticeKind): DeliveryState {
    const { clock, policy } = this.#needs;
    const old = incident.late && clock.now() - incident.last > LATE_MS;
    const held = kind === 'opened' && old && !incident.rules.some((rule) => policy.pagesLate(rule));
    return held ? 'late' : 'waiting';
  }

  async #put(incident: Incident, kind: NoticeKind, state: DeliveryState): Promise<void> {
    const fresh = this.#needs.channels.map(({ name }) => ({
      notice: this.#noticeOf(incident, kind, name),
      channel: name,
      place: incident.place,
    }));
    await this.#outbox.put(fresh, state);
  }

  #noticeOf(incident: Incident, kind: NoticeKind, channel: string): Notice {
    const { policy } = this.#needs;
    const { titleEn, status, scope, last, rules } = incident;
    return {
      id: noticeId(incident.id, kind, channel),
      kind,
      incident: incident.id,
      severity: incident.severity,
      sentence: incident.title,
      card: incident.card.vi,
      place: policy.placeName(incident.place),
      first: incident.first,
      link: policy.linkOf(incident.id),
      facts: { titleEn, status, scope, last, rules },
    };
  }

  /** Gives every idle channel its next notice, and comes back when the soonest retry is due. */
  #pump(): void {
    if (this.#stopped) return;
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#needs.clock.now();
    let soonest = Infinity;
    for (const delivery of this.#outbox.waiting.values()) {
      if (this.#sending.has(delivery.channel)) continue;
      const channel = this.#needs.channels.find(({ name }) => name === delivery.channel);
      if (channel === undefined) continue;
      if (delivery.next <= now) this.#begin(channel, delivery);
      else soonest = Math.min(soonest, delivery.next);
    }
    if (soonest === Infinity) return;
    this.#cancel = this.#needs.clock.after(Math.max(1, soonest - now), () => this.#pump());
  }

  #begin(channel: Channel, delivery: Delivery): void {
    const run = this.#send(channel, delivery).finally(() => {
      this.#sending.delete(channel.name);
      this.#pump();
    });
    this.#sending.set(channel.name, run);
  }

  async #send(channel: Channel, delivery: Delivery): Promise<void> {
    const { incident, kind } = delivery.notice;
    try {
      await channel.send(delivery.notice);
    } catch (error) {
      await this.#failed(delivery, error);
      return;
    }
    this.#counts.sent += 1;
    try {
      await this.#outbox.sent(delivery);
    } catch (error) {
      // Sent, but not written down: it may go out once more, never be forgotten.
      await this.#failed(delivery, error);
      return;
    }
    await this.#note(incident, { channel: channel.name, kind, result: 'sent' });
  }

  /** The delivery log is what counts; a timeline without the entry is counted and gone on from. */
  async #note(incident: string, facts: Readonly<Record<string, string>>): Promise<void> {
    try {
      await this.#needs.incidents.noted(incident, facts);
      await this.#outbox.refill();
    } catch {
      this.#counts.unnoted += 1;
    }
  }

  async #failed(delivery: Delivery, error: unknown): Promise<void> {
    const now = this.#needs.clock.now();
    const message = error instanceof Error ? error.message : String(error);
    const asked = error instanceof TryLater ? error.waitMs : 0;
    const longest = Math.min(RETRY_FIRST_MS * 2 ** delivery.tries, RETRY_MAX_MS);
    const wait = Math.max(asked, longest * (0.5 + Math.random() / 2));
    const hopeless = error instanceof PermanentError || now + wait - delivery.created > GIVE_UP_MS;
    if (hopeless) this.#counts.failed += 1;
    else this.#counts.retries += 1;
    try {
      await this.#outbox.failed(delivery, message, hopeless ? undefined : now + wait);
    } catch {
      // It waits in memory all the same, and as it was in the documents.
      this.#counts.unnoted += 1;
    }
    if (!hopeless) return;
    const { kind, incident } = delivery.notice;
    await this.#note(incident, {
      channel: delivery.channel,
      kind,
      result: 'failed',
      reason: message,
    });
  }

  /** The delivery log, newest first. */
  log(request: Parameters<Outbox['list']>[0]): ReturnType<Outbox['list']> {
    return this.#outbox.list(request);
  }

  /** Resolves when nothing is being sent or decided; what waits for a retry may still wait. */
  async idle(): Promise<void> {
    await this.#noting;
    while (this.#sending.size > 0) await Promise.all(this.#sending.values());
  }

  /** Ends after what is being sent; the rest waits for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.idle();
    await Promise.all(this.#needs.channels.map((channel) => channel.close()));
  }

  figures(): NotifyFigures {
    return { waiting: this.#outbox.waiting.size, ...this.#counts };
  }
}
