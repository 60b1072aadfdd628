import type { Severity } from '#libs/model';

import type { Instant, PlaceView, UserView } from './rest.ts';

/** A one-time link with which a person sets a password; put it behind the console's address. */
export interface LinkView {
  readonly user: string;
  readonly path: string;
  readonly expires: Instant;
}

/** A person just let in; `link` is how they set a password when none was given. */
export interface NewUserView extends UserView {
  readonly link: LinkView | null;
}

/** A service that people use, and how many probes watch it. */
export interface ServiceView {
  readonly id: string;
  readonly name: string;
  readonly locality: PlaceView;
  readonly system: string | null;
  readonly vendor: string | null;
  readonly probes: number;
}

/** What a table of sources would change, or has changed; lines count from 1. */
export interface ImportView {
  readonly rows: readonly {
    readonly line: number;
    readonly id: string | null;
    readonly name: string | null;
    readonly locality: PlaceView | null;
    readonly change: 'new' | 'changed' | 'same' | 'refused';
    readonly reason: Readonly<Record<'vi' | 'en', string>> | null;
  }[];
  readonly counts: Readonly<Record<'new' | 'changed' | 'same' | 'refused', number>>;
  readonly applied: boolean;
}

/** A person's decision not to be told of some alerts for a while. */
export interface SilenceView {
  readonly id: string;
  readonly locality: PlaceView;
  readonly rule: {
    readonly id: string;
    readonly code: string | null;
    readonly title: string;
  } | null;
  readonly entity: { readonly kind: string; readonly value: string } | null;
  readonly from: Instant;
  readonly until: Instant;
  readonly ended: { readonly at: Instant; readonly who: string } | null;
  readonly reason: string;
  readonly who: string;
  readonly active: boolean;
  /** Alerts that it has kept from people so far. */
  readonly muted: number;
}

/** One notice on its way through one channel. */
export interface DeliveryView {
  readonly id: string;
  readonly kind: 'opened' | 'reopened' | 'recovered' | 'withdrawn';
  readonly incident: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly channel: string;
  readonly state: 'waiting' | 'sent' | 'failed' | 'late' | 'covered';
  readonly created: Instant;
  readonly sent: Instant | null;
  readonly tries: number;
  /** When it is tried again. */
  readonly next: Instant | null;
  readonly error: string | null;
}

/** Something that could not be taken and waits for a person: a batch of events, or one event. */
export interface ParkedView {
  readonly id: string;
  readonly kind: 'batch' | 'event';
  /** Who could not take it: the event store (`index`) or detection. */
  readonly reader: 'index' | 'detect';
  /** A stable word where there is one (`blocked`, `past_retention` …), else what was said. */
  readonly reason: string;
  readonly detail: string | null;
  readonly events: number;
  readonly since: Instant;
  /** How often it was sent again. */
  readonly retries: number;
}
