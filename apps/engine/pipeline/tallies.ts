import type { SenderTally } from '#libs/availability';
import type { BodyHeader, Event, Oddity } from '#libs/model';
import { UNKNOWN_LOCALITY } from '#libs/model';

import type { BodyOutcome } from '../../collector/pipeline/decode-body.ts';

/** Characters of a line that the page of unknown senders shows. */
const SAMPLE_CHARS_MAX = 300;

/** Records that no decoder understood; what else is odd about them is counted elsewhere. */
const NOT_UNDERSTOOD: readonly Oddity[] = ['not_understood', 'not_json'];

function textOf(event: Event | undefined): string {
  const text = event?.fields['event.original'] ?? event?.fields['message'] ?? '';
  return String(text).slice(0, SAMPLE_CHARS_MAX);
}

/** What one body says about its senders, for the register of sources. */
export function talliesOf(header: BodyHeader, { first, sources }: BodyOutcome): SenderTally[] {
  // Our verdict about a source names its host: it must not count as the source's own sign of life.
  if (header.input === 'self') return [];
  return [...sources].map(([source, count]) => {
    const skew = count.timed === 0 ? 0 : count.skewSumMs / count.timed;
    let notUnderstood = 0;
    for (const oddity of NOT_UNDERSTOOD) notUnderstood += count.oddities.get(oddity) ?? 0;
    return {
      input: header.input,
      place: header.place ?? { province: UNKNOWN_LOCALITY },
      events: count.events,
      notUnderstood,
      received: header.received,
      time: Math.round(header.received - skew),
      sample: source === '' ? textOf(first) : '',
      ...(source === '' ? {} : { source }),
      ...(header.peer === undefined ? {} : { peer: header.peer }),
    };
  });
}

/** One tally per sender out of many; counts add up, the newest times stand. */
export function mergeTallies(tallies: readonly SenderTally[]): SenderTally[] {
  const merged = new Map<string, SenderTally>();
  for (const tally of tallies) {
    const key = `${tally.source ?? ''} ${tally.input} ${tally.source === undefined ? tally.peer : ''}`;
    const before = merged.get(key);
    const events = tally.events + (before?.events ?? 0);
    const notUnderstood = tally.notUnderstood + (before?.notUnderstood ?? 0);
    merged.set(key, { ...tally, events, notUnderstood });
  }
  return [...merged.values()];
}
