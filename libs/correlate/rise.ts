import { SEVERITIES, type Rise, type Severity } from '#libs/model';

import { isOfficeTime } from './office-hours.ts';
import { RISEN, type Timeline } from './timeline.ts';

/** How far an episode has come towards a worse level. */
export interface RiseState {
  /** Begin of the run of times that were bad enough; undefined while the last one was not. */
  readonly since: number | undefined;
  readonly risen: boolean;
}

/** Goes on from `before` over the entries `[from, to)`. */
export function riseOver(
  { forMs, officeHours }: Rise,
  line: Timeline,
  from: number,
  to: number,
  before: RiseState | undefined,
): RiseState {
  let since = before?.since;
  let risen = before?.risen ?? false;
  for (let i = from; i < to; i += 1) {
    if (line.flags?.[i] !== RISEN) {
      since = undefined;
      continue;
    }
    const time = line.times[i] as number;
    since ??= time;
    risen ||= time - since >= forMs && (!officeHours || isOfficeTime(time));
  }
  return { since, risen };
}

/** The more severe of two levels. */
export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}
