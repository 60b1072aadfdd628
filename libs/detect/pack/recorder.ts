import type { Place } from '#libs/model';

/** Puts down what somebody did to rules; resolves once it would survive a crash. */
export type Recorder = (entry: {
  readonly who: string;
  readonly what: string;
  readonly target: string;
  readonly place: Place;
  readonly facts: Readonly<Record<string, string>>;
}) => Promise<unknown>;
