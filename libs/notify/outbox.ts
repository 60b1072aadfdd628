import { CENTRE, type Clock, type Place } from '#libs/model';
import type { Doc, Documents, Write, WriteResult } from '#libs/store';

import type { Notice } from './notice.ts';

const NOTICE_KIND = 'notice';
const CENTRE_PLACE: Place = { province: CENTRE };
const PAGE = 500;
/** Notices that wait in memory; more stay in the documents until there is room. */
const WAITING_MAX = 5000;
const ATTEMPTS_KEPT = 20;
/** An attempt takes less; what was begun longer ago was begun by a process that died. */
const CLAIM_MS = 120_000;
/** Between two looks at what another process has begun, ms. */
const LOOK_AGAIN_MS = 5_000;
const ERROR_CHARS_MAX = 300;

/**
 * `waiting` to be sent or tried again; `sent`; `failed` for good; `late` and `covered` were never
 * sent: the evidence came long after the fact, or people were told of it as part of another
 * incident.
 */
export type DeliveryState = 'waiting' | 'sent' | 'failed' | 'late' | 'covered';

/** One notice on its way through one channel, with every attempt; times in ms. */
export interface Delivery {
  readonly notice: Notice;
  readonly channel: string;
  readonly place: Place;
  readonly state: DeliveryState;
  readonly created: number;
  readonly tries: number;
  /** Not before this. */
  readonly next: number;
  readonly sent?: number;
  /** Which process began to send it, and when; gone when the attempt is over. */
  readonly claim?: { readonly by: string; readonly at: number };
  /** The last attempts that went wrong. */
  readonly failures: readonly { readonly at: number; readonly error: string }[];
}

/** A notice that is to go out. */
export interface Fresh {
  readonly notice: Notice;
  readonly channel: string;
  readonly place: Place;
}

/** Notices as documents, so that none is forgotten when the process ends. */
export class Outbox {
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly waiting = new Map<string, Delivery>();
  readonly #name: string;
  #more = false;

  /** `name` tells this process from others that send, over its restarts too. */
  constructor(documents: Documents, clock: Clock, name = '') {
    this.#documents = documents;
    this.#clock = clock;
    this.#name = name;
  }

  async load(): Promise<void> {
    this.#more = false;
    let cursor: string | undefined;
    do {
      const page = await this.#documents.list<Delivery>(NOTICE_KIND, {
        scope: CENTRE_PLACE,
        keys: { state: 'waiting' },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { body } of page.rows) this.#take(body);
      cursor = page.next;
    } while (cursor !== undefined && !this.#more);
  }

  #take(delivery: Delivery): void {
    const known = this.waiting.has(delivery.notice.id);
    if (!known && this.waiting.size >= WAITING_MAX) this.#more = true;
    else this.waiting.set(delivery.notice.id, delivery);
  }

  /** Reads what did not fit once there is room. */
  async refill(): Promise<void> {
    if (this.#more && this.waiting.size < WAITING_MAX / 2) await this.load();
  }

  /**
   * Puts notices in, those that are there already left out; resolves to those that are new, once
   * durable. Of those that wait, ones that were held so far go out after all when held as `wakes`
   * says.
   */
  async put(
    fresh: readonly Fresh[],
    state: DeliveryState,
    wakes: readonly DeliveryState[] = ['late'],
  ): Promise<readonly Delivery[]> {
    const now = this.#clock.now();
    const deliveries = fresh.map(({ notice, channel, place }): Delivery => ({
      notice,
      channel,
      place,
      state,
      created: now,
      tries: 0,
      next: now,
      failures: [],
    }));
    if (deliveries.length === 0) return [];
    const results = await this.#documents.write(deliveries.map((d) => deliveryWrite(d, 'absent')));
    const done = deliveries.filter((_, at) => results[at]?.done === true);
    const awake = state === 'waiting' ? await this.#wake(deliveries, results, wakes) : [];
    done.push(...awake);
    if (state === 'waiting') for (const delivery of done) this.#take(delivery);
    return done;
  }

  /** What was held because it came late, or was part of another, goes out after all. */
  async #wake(
    deliveries: readonly Delivery[],
    results: readonly WriteResult[],
    wakes: readonly DeliveryState[],
  ): Promise<Delivery[]> {
    const woken: Delivery[] = [];
    for (const [at, delivery] of deliveries.entries()) {
      const result = results[at];
      if (result === undefined || result.done || result.current === undefined) continue;
      const stored = result.current as Doc<Delivery>;
      if (!wakes.includes(stored.body.state)) continue;
      const [done] = await this.#documents.write([deliveryWrite(delivery, stored.version)]);
      if (done?.done === true) woken.push(delivery);
    }
    return woken;
  }

  /**
   * Takes deliveries to send them. Resolves to those that are this process's alone until their
   * attempt is over; what another process sent or is sending is left to it.
   */
  async claim(deliveries: readonly Delivery[]): Promise<readonly Delivery[]> {
    const at = this.#clock.now();
    const docs = await Promise.all(
      deliveries.map(({ notice }) => this.#documents.get<Delivery>(NOTICE_KIND, notice.id)),
    );
    const free: { readonly delivery: Delivery; readonly version: number }[] = [];
    for (const [place, doc] of docs.entries()) {
      const id = deliveries[place]?.notice.id ?? '';
      const known = this.waiting.get(id);
      if (doc?.body.state !== 'waiting') this.waiting.delete(id);
      else if (this.#isElsewhere(doc.body, at)) {
        this.waiting.set(id, { ...doc.body, next: at + LOOK_AGAIN_MS });
      } else {
        const delivery = { ...(known ?? doc.body), claim: { by: this.#name, at } };
        free.push({ delivery, version: doc.version });
      }
    }
    const writes = free.map(({ delivery, version }) => deliveryWrite(delivery, version));
    const results = writes.length === 0 ? [] : await this.#documents.write(writes);
    const mine: Delivery[] = [];
    for (const [place, { delivery }] of free.entries()) {
      if (results[place]?.done === true) mine.push(delivery);
      else this.waiting.set(delivery.notice.id, { ...delivery, next: at + LOOK_AGAIN_MS });
    }
    return mine;
  }

  #isElsewhere({ claim }: Delivery, now: number): boolean {
    return claim !== undefined && claim.by !== this.#name && now - claim.at < CLAIM_MS;
  }

  async sent(deliveries: readonly Delivery[]): Promise<void> {
    const sent = this.#clock.now();
    const done = deliveries.map((delivery): Delivery => ({
      ...unclaimed(delivery),
      state: 'sent',
      tries: delivery.tries + 1,
      sent,
    }));
    await this.#documents.write(done.map((delivery) => deliveryWrite(delivery, 'any')));
    for (const { notice } of deliveries) this.waiting.delete(notice.id);
  }

  /** Notes an attempt that went wrong; `nextOf` says when to try again, nothing when never. */
  async failed(
    deliveries: readonly Delivery[],
    error: string,
    nextOf: (delivery: Delivery) => number | undefined,
  ): Promise<void> {
    const failure = { at: this.#clock.now(), error: error.slice(0, ERROR_CHARS_MAX) };
    const changed = deliveries.map((delivery): Delivery => {
      const next = nextOf(delivery);
      return {
        ...unclaimed(delivery),
        state: next === undefined ? 'failed' : 'waiting',
        tries: delivery.tries + 1,
        next: next ?? delivery.next,
        failures: [...delivery.failures, failure].slice(-ATTEMPTS_KEPT),
      };
    });
    // In memory first: when the documents fail too, the notices wait all the same.
    for (const delivery of changed) {
      if (delivery.state === 'failed') this.waiting.delete(delivery.notice.id);
      else this.waiting.set(delivery.notice.id, delivery);
    }
    await this.#documents.write(changed.map((delivery) => deliveryWrite(delivery, 'any')));
  }

  /** Gives up what waits for channels that are configured no more. */
  async forget(channels: readonly string[]): Promise<void> {
    const gone = [...this.waiting.values()].filter(({ channel }) => !channels.includes(channel));
    if (gone.length === 0) return;
    await this.failed(gone, 'the channel is configured no more', () => undefined);
  }

  async get(id: string): Promise<Delivery | undefined> {
    return (await this.#documents.get<Delivery>(NOTICE_KIND, id))?.body;
  }

  /** The delivery log, newest first. */
  async list(request: {
    readonly scope: Place;
    readonly limit: number;
    readonly cursor?: string;
    readonly incident?: string;
    readonly state?: DeliveryState;
    readonly from?: number;
  }) {
    const { incident, state, ...rest } = request;
    const keys = {
      ...(incident === undefined ? {} : { incident }),
      ...(state === undefined ? {} : { state }),
    };
    const page = await this.#documents.list<Delivery>(NOTICE_KIND, { ...rest, keys });
    return { ...page, rows: page.rows.map((doc) => doc.body) };
  }
}

/** After an attempt the delivery is nobody's. */
function unclaimed(delivery: Delivery): Delivery {
  const { claim: _claim, ...rest } = delivery;
  return rest;
}

function deliveryWrite(delivery: Delivery, expect: 'absent' | 'any' | number): Write {
  const { notice } = delivery;
  return {
    kind: NOTICE_KIND,
    id: notice.id,
    expect,
    body: delivery,
    place: delivery.place,
    order: delivery.created,
    keys: {
      state: delivery.state,
      incident: notice.incident,
      channel: delivery.channel,
      kind: notice.kind,
    },
  };
}
