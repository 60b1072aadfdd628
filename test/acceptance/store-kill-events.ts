import { namedEventId, newFields, type Batch, type Event } from '#libs/model';

/** Spool positions of one batch. */
export const BATCH_POSITIONS = 1_000;
/** Events of one batch; the last of them comes again as the first of the next batch. */
export const BATCH_EVENTS = 50;

const START = Date.parse('2026-11-18T20:00:00.000Z');
const HOUR_MS = 3_600_000;

/** Event number `n` of the stream: every ninth is a day late, so that several files are written. */
export function killEvent(n: number): Event {
  const late = n % 9 === 0 ? 24 * HOUR_MS : 0;
  const fields = newFields();
  fields['message'] = `event number ${n}`;
  fields['user.name'] = `user${n % 97}`;
  fields['labels.number'] = `n${n}`;
  const time = START + n * 2_000 - late;
  return { id: namedEventId('kill', String(n)), time, received: time + late + 40, fields };
}

export function killBatch(batch: number): Batch {
  const first = batch * BATCH_EVENTS;
  const again = batch === 0 ? [] : [killEvent(first - 1)];
  const events = Array.from({ length: BATCH_EVENTS }, (_, index) => killEvent(first + index));
  return {
    from: batch * BATCH_POSITIONS,
    to: (batch + 1) * BATCH_POSITIONS,
    received: START,
    events: [...again, ...events],
  };
}
