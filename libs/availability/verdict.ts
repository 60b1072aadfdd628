import type { Place } from '#libs/model';

/**
 * An event of ours about availability. It goes through the spool like every other event, so that
 * alerts stay a
 * function of the set of events; `id` makes a repeated telling the same event.
 */
export interface Verdict {
  readonly id: string;
  readonly time: number;
  readonly action: 'source-silent' | 'source-back' | 'probe-down' | 'probe-up';
  readonly place: Place;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Puts verdicts into the spool; resolves once they would survive a crash. */
export type Tell = (verdicts: readonly Verdict[]) => Promise<void>;

/** Dataset of our own availability events; rules select on it. */
export const AVAILABILITY_DATASET = 'thapcanh.availability';

/** The record as it is written into the spool: flat ECS names. */
export function verdictRecord(verdict: Verdict): Record<string, unknown> {
  return {
    '@timestamp': new Date(verdict.time).toISOString(),
    message: verdict.message,
    'event.kind': 'event',
    'event.dataset': AVAILABILITY_DATASET,
    'event.provider': 'thapcanh',
    'event.action': verdict.action,
    'gov.locality.code': verdict.place.province,
    ...(verdict.place.commune === undefined
      ? {}
      : { 'gov.locality.commune_code': verdict.place.commune }),
    ...verdict.fields,
  };
}
