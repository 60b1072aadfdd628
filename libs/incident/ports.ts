import type { Alert, BatchMark, Card, Muted, Place, Principal, Scope } from '#libs/model';
import type { ActionName, PlaceView } from '#libs/protocol';

export type Language = 'vi' | 'en';

/**
 * What the words of an incident need to know of a rule; placeholders stand in braces
 * (`{source.ip}`, `{count}`).
 */
export interface RuleFacts {
  readonly title: string;
  readonly titleVi?: string;
  /** Catalogue code (`SEC-01`). */
  readonly code?: string;
  readonly sentence?: Readonly<Record<Language, string>>;
  readonly card?: Readonly<Record<Language, Card>>;
  readonly scope: Scope;
  /**
   * It says that people could not be served: what it shares with others tells how far that goes.
   */
  readonly outage?: boolean;
}

/** The rules in force now; `undefined` for one that is no longer loaded. */
export type RuleLookup = (rule: string) => RuleFacts | undefined;

/** Names of a place out of the register. */
export type PlaceLookup = (place: Place) => PlaceView;

/**
 * Whether this person may do this at all; where it may be done is a matter of scope and asked
 * apart.
 */
export type Permission = (principal: Principal, action: ActionName) => boolean;

/** An alert as it now is, and whether people are to see it. */
export interface AlertFacts {
  readonly alert: Alert;
  readonly muted?: Muted;
  readonly recovered?: { readonly time: number; readonly event: string };
  readonly taken?: BatchMark;
}

/** An action as the record keeps it. */
export interface ActionEntry {
  readonly who: string;
  readonly what: string;
  readonly target: string;
  readonly place: Place;
  readonly facts: Readonly<Record<string, string>>;
}

/** Resolves once the entry would survive a crash. */
export type Recorder = (entry: ActionEntry) => Promise<unknown>;
