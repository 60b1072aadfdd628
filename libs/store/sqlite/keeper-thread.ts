import { existsSync, readdirSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

import { dayFile, daysAmong, dayStart, DAY_MS, sealFile, type Day } from './days.ts';
import { sealDay } from './seal-day.ts';
import { answerCalls, type Answering } from './thread-answers.ts';

/** A day is sealed so long after its end, ms. */
const SEAL_AFTER_MS = 36 * 3_600_000;
/** Late events that still arrive are waited for so long, ms, before a day is sealed again. */
const QUIET_MS = 3_600_000;
/** Between two steps the writer gets its turn. */
const PAUSE_MS = 5;

const { folder } = workerData as { readonly folder: string };
let closing = false;

function isDue(day: Day, now: number): boolean {
  if (now < dayStart(day) + DAY_MS + SEAL_AFTER_MS) return false;
  if (existsSync(sealFile(folder, day))) return false;
  const file = dayFile(folder, day);
  const written = [file, `${file}-wal`].map(
    (each) => statSync(each, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  // File times are the machine's, as is the time to wait; `now` may be another one.
  return performance.timeOrigin + performance.now() - Math.max(...written) >= QUIET_MS;
}

async function seal(day: Day): Promise<void> {
  const steps = sealDay(folder, day);
  while (steps.next().done !== true) {
    await pause(PAUSE_MS);
    if (closing) return;
  }
}

async function sealDue(now: number): Promise<readonly Day[]> {
  const sealed: Day[] = [];
  const failures: unknown[] = [];
  const due = daysAmong(readdirSync(folder)).filter((day) => isDue(day, now));
  for (const day of due.toReversed()) {
    if (closing) break;
    try {
      await seal(day);
      sealed.push(day);
    } catch (cause) {
      failures.push(new Error(`day ${day} could not be sealed`, { cause }));
    }
  }
  if (failures.length > 0) throw failures[0];
  return sealed;
}

/** Two sealings never meet on one day. */
async function answerAfter(
  before: Promise<void>,
  now: number,
  { done, failed }: Answering<readonly Day[]>,
): Promise<void> {
  await before;
  try {
    done(await sealDue(now));
  } catch (error) {
    failed(error);
  }
}

let working: Promise<void> = Promise.resolve();

answerCalls<number, readonly Day[]>(
  (now, answering) => {
    working = answerAfter(working, now, answering);
  },
  () => {
    closing = true;
  },
);
