import {
  CENTRE,
  type Clock,
  type Incident,
  type Place,
  SEVERITIES,
  type Severity,
} from '#libs/model';
import type { Documents } from '#libs/store';

import type { Channel } from './channel.ts';
import { type Notice, noticeId, type NoticeKind } from './notice.ts';
import { type DeliveryState, type Fresh, Outbox } from './outbox.ts';
import { RETRY_FIRST_MS, Sender, type SendFigures } from './sender.ts';

const CENTRE_PLACE: Place = { province: CENTRE };
/** Evidence that ended longer ago than this pages nobody, unless its rule asks for it; ms. */
const LATE_MS = 3_600_000;
/**
 * What was told in this time is looked at again at the start, for changes that nobody was told of;
 * ms.
 */
const LOOK_BACK_MS = 172_800_000;
const LOOKED_AT_MAX = 1000;

export interface NotifierNeeds {
  readonly documents: Documents;
  readonly clock: Clock;
  /** Tells this process from others that send, over its restarts too. */
  readonly name?: string;
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
export interface NotifyFigures extends SendFigures {
  readonly waiting: number;
  /** Times it could not be decided or written whom to tell; looked at again since, or soon. */
  readonly undecided: number;
}

interface Change {
  readonly before: Incident | undefined;
  readonly after: Incident;
}

interface News {
  readonly kind: NoticeKind;
  readonly channels: readonly string[];
}

/** Most changes only count on; they are told apart before anything is read. */
function isNews(before: Incident | undefined, after: Incident): boolean {
  return (
    before === undefined ||
    before.severity !== after.severity ||
    before.status !== after.status ||
    before.closedBy !== after.closedBy ||
    before.late !== after.late ||
    before.parent !== after.parent ||
    (after.late && before.last !== after.last)
  );
}

/**
 * Tells people of incidents, at least once per incident, kind and channel, and of the change those
 * who were told.
 */
export class Notifier {
  readonly #needs: NotifierNeeds;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  #deciding: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  #undecided = 0;
  #stopped = false;

  constructor(needs: NotifierNeeds) {
    this.#needs = needs;
    this.#outbox = new Outbox(needs.documents, needs.clock, needs.name);
    const { clock, channels, incidents } = needs;
    this.#sender = new Sender(this.#outbox, clock, channels, (id, facts) =>
      incidents.noted(id, facts),
    );
  }

  /** Takes up what waits since the last run, and what happened while nobody was there to tell. */
  async start(): Promise<void> {
    await this.#outbox.load();
    await this.#outbox.forget(this.#needs.channels.map(({ name }) => name));
    await this.#decide(await this.#everything());
  }

  /**
   * All that people may have to be told of: what is open, and what became of what they were told.
   */
  async #everything(): Promise<Change[]> {
    const { clock, incidents } = this.#needs;
    const told = await this.#outbox.list({
      scope: CENTRE_PLACE,
      from: clock.now() - LOOK_BACK_MS,
      limit: LOOKED_AT_MAX,
    });
    const changes: Change[] = [...incidents.open()].map((after) => ({ before: undefined, after }));
    const open = new Set(changes.map(({ after }) => after.id));
    for (const incident of new Set(told.rows.map(({ notice }) => notice.incident))) {
      const after = open.has(incident) ? undefined : await incidents.get(incident);
      if (after !== undefined) changes.push({ before: undefined, after });
    }
    return changes;
  }

  /**
   * Decides whom to tell of these changes. Resolves when that is durable, or will be looked at
   * again because it failed.
   */
  hear(changes: readonly Change[]): Promise<void> {
    this.#deciding = this.#deciding.then(async () => {
      try {
        await this.#decide(changes.filter(({ before, after }) => isNews(before, after)));
      } catch {
        this.#undecided += 1;
        this.#lookAgain();
      }
    });
    return this.#deciding;
  }

  /** Everything is looked at again a little later, so that no change is lost with the failure. */
  #lookAgain(): void {
    if (this.#stopped) return;
    this.#cancel?.();
    this.#cancel = this.#needs.clock.after(RETRY_FIRST_MS, () => {
      this.#deciding = this.#deciding.then(async () => {
        try {
          await this.#decide(await this.#everything());
        } catch {
          this.#undecided += 1;
          this.#lookAgain();
        }
      });
    });
  }

  async #decide(changes: readonly Change[]): Promise<void> {
    if (this.#needs.channels.length === 0) return;
    const merged = new Set<string>();
    for (const { after } of changes) {
      if (after.closedBy !== 'merged' || after.parent === undefined) continue;
      if (this.#matters(after) && (await this.#told(after.id)).length > 0) merged.add(after.parent);
    }
    const notices = new Map<DeliveryState, Fresh[]>();
    for (const { before, after } of changes) {
      const news = await this.#newsOf(after);
      if (news === undefined) continue;
      // One page goes out for an outage, not one for each incident that is part of it.
      const isPart = after.parent !== undefined;
      const covered = (merged.has(after.id) || isPart) && news.kind === 'opened';
      const state = covered ? 'covered' : this.#stateOf(after, news.kind);
      const fresh = news.channels.map((channel) => this.#freshOf(after, news.kind, channel));
      if (before?.parent !== undefined && !isPart) {
        await this.#outbox.put(fresh, state, ['late', 'covered']);
        continue;
      }
      notices.set(state, [...(notices.get(state) ?? []), ...fresh]);
    }
    for (const [state, fresh] of notices) await this.#outbox.put(fresh, state);
    this.#sender.pump();
  }

  #matters(incident: Incident): boolean {
    const { severityMin } = this.#needs.policy;
    return SEVERITIES.indexOf(incident.severity) <= SEVERITIES.indexOf(severityMin);
  }

  /** The channels by which people were or will be told that this incident is there. */
  async #told(incident: string, orCovered = true): Promise<string[]> {
    const told: string[] = [];
    for (const { name } of this.#needs.channels) {
      const delivery = await this.#outbox.get(noticeId(incident, 'opened', name));
      if (delivery === undefined) continue;
      if (delivery.state === 'covered' && !orCovered) continue;
      if (delivery.state !== 'late' && delivery.state !== 'failed') told.push(name);
    }
    return told;
  }

  /** What is to be told of an incident as it now is, and by which channels. */
  async #newsOf(incident: Incident): Promise<News | undefined> {
    if (incident.closedBy === 'merged') return undefined;
    if (incident.closedBy === 'withdrawn') return this.#followUp(incident, 'withdrawn');
    if (incident.status === 'closed') return undefined;
    const turn = incident.timeline.findLast(
      ({ what }) => what === 'recovered' || what === 'reopened',
    );
    if (incident.status === 'resolved') {
      return turn?.what === 'recovered' ? this.#followUp(incident, 'recovered') : undefined;
    }
    if (!this.#matters(incident)) return undefined;
    const again = turn?.what === 'reopened' && turn.who === 'system';
    const followUp = again ? await this.#followUp(incident, 'reopened') : undefined;
    if (followUp !== undefined) return followUp;
    return { kind: 'opened', channels: this.#needs.channels.map(({ name }) => name) };
  }

  /** News for those alone who were told before. */
  async #followUp(incident: Incident, kind: NoticeKind): Promise<News | undefined> {
    // Of what is part of a wider incident only those hear more who were told of it by itself.
    const channels = await this.#told(incident.id, incident.parent === undefined);
    return channels.length === 0 ? undefined : { kind, channels };
  }

  #stateOf(incident: Incident, kind: NoticeKind): DeliveryState {
    const { clock, policy } = this.#needs;
    const old = incident.late && clock.now() - incident.last > LATE_MS;
    const held = kind === 'opened' && old && !incident.rules.some((rule) => policy.pagesLate(rule));
    return held ? 'late' : 'waiting';
  }

  #freshOf(incident: Incident, kind: NoticeKind, channel: string): Fresh {
    const { policy } = this.#needs;
    const { titleEn, status, scope, last, rules } = incident;
    const notice: Notice = {
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
    return { notice, channel, place: incident.place };
  }

  /** The delivery log, newest first. */
  log(request: Parameters<Outbox['list']>[0]): ReturnType<Outbox['list']> {
    return this.#outbox.list(request);
  }

  /** Resolves when nothing is being sent or decided; what waits for a retry may still wait. */
  async idle(): Promise<void> {
    await this.#deciding;
    await this.#sender.idle();
  }

  /** Ends after what is being sent; the rest waits for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#deciding;
    await this.#sender.stop();
  }

  figures(): NotifyFigures {
    const waiting = this.#outbox.waiting.size;
    return { waiting, undecided: this.#undecided, ...this.#sender.figures() };
  }
}
