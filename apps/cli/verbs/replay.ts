import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { sha256 } from '#libs/model';

import { EXIT, type Io, type Verb } from '../verb.ts';

const USAGE = `thapcanh replay FILE --to URL --key KEY [OPTIONS]

Sends recorded events (NDJSON, one ECS record a line) to a running product through its _bulk door.
Every event goes under an id made from its text, so that an event sent twice is one event.

  --speed N            keep the gaps between @timestamps, N times as fast (default: at once)
  --shuffle SECONDS    let events arrive up to so many seconds of their own time late, in any order
  --duplicate PERCENT  send so many of a hundred events twice
  --seed N             of the shuffling (default 1)
`;

const BATCH = 500;
const PERCENT = 100;

interface Asked {
  readonly file: string;
  readonly to: string;
  readonly key: string;
  readonly speed: number;
  readonly shuffleMs: number;
  readonly duplicate: number;
  readonly seed: number;
}

interface Recorded {
  /** When it is sent, in ms of its own time. */
  readonly at: number;
  readonly text: string;
}

function read(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: 'string' },
        key: { type: 'string' },
        speed: { type: 'string', default: '0' },
        shuffle: { type: 'string', default: '0' },
        duplicate: { type: 'string', default: '0' },
        seed: { type: 'string', default: '1' },
      },
    });
    const [file, ...rest] = positionals;
    const [speed, shuffle, duplicate, seed] = [
      values.speed,
      values.shuffle,
      values.duplicate,
      values.seed,
    ].map(Number);
    if (file === undefined || rest.length > 0) return 'which file?';
    if (values.to === undefined || !URL.canParse(values.to)) return '--to takes an address';
    if (values.key === undefined) return '--key takes an ingest key';
    if (![speed, shuffle, duplicate, seed].every((n) => n !== undefined && n >= 0)) {
      return '--speed, --shuffle, --duplicate and --seed take numbers from 0 on';
    }
    return {
      file,
      to: values.to,
      key: values.key,
      speed: speed ?? 0,
      shuffleMs: (shuffle ?? 0) * 1_000,
      duplicate: duplicate ?? 0,
      seed: seed ?? 1,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Seeded numbers from 0 to 1, by a multiplicative congruence. */
function* numbers(seed: number): Generator<number, never> {
  const modulus = 2_147_483_647;
  for (let state = (seed % (modulus - 1)) + 1; ;) {
    state = (state * 48_271) % modulus;
    yield state / modulus;
  }
}

function timeOf(line: string): number | undefined {
  const record = JSON.parse(line) as Record<string, unknown>;
  const time = Date.parse(String(record['@timestamp']));
  return Number.isNaN(time) ? undefined : time;
}

async function readEvents(asked: Asked, io: Io): Promise<Recorded[] | undefined> {
  const chance = numbers(asked.seed);
  const events: Recorded[] = [];
  let number = 0;
  let last = 0;
  const lines = createInterface({ input: createReadStream(asked.file), crlfDelay: Infinity });
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    try {
      last = timeOf(text) ?? last;
    } catch {
      io.err.write(`thapcanh replay: ${asked.file}: line ${number} is no JSON\n`);
      return undefined;
    }
    const times = chance.next().value * PERCENT < asked.duplicate ? 2 : 1;
    for (let sent = 0; sent < times; sent += 1) {
      events.push({ at: last + chance.next().value * asked.shuffleMs, text });
    }
  }
  return asked.shuffleMs > 0 ? events.toSorted((a, b) => a.at - b.at) : events;
}

async function send(asked: Asked, batch: readonly Recorded[]): Promise<void> {
  const body = batch.flatMap(({ text }) => [
    JSON.stringify({ create: { _id: sha256(text).slice(0, 32), _index: 'replay' } }),
    text,
  ]);
  const reply = await fetch(new URL('/es/_bulk', asked.to), {
    method: 'POST',
    headers: { authorization: `ApiKey ${asked.key}`, 'content-type': 'application/x-ndjson' },
    body: `${body.join('\n')}\n`,
  });
  if (!reply.ok) throw new Error(`the product answered ${reply.status}: ${await reply.text()}`);
}

/** What went wrong; a connection that fails says why only in its cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function play(asked: Asked, events: readonly Recorded[], io: Io): Promise<void> {
  const start = events[0]?.at ?? 0;
  const began = performance.now();
  for (let at = 0; at < events.length; at += BATCH) {
    const batch = events.slice(at, at + BATCH);
    const due = asked.speed > 0 ? ((batch.at(-1)?.at ?? start) - start) / asked.speed : 0;
    const wait = due - (performance.now() - began);
    if (wait > 0) await pause(wait);
    await send(asked, batch);
    if ('isTTY' in io.err && io.err.isTTY === true) {
      io.err.write(`\r${at + batch.length} / ${events.length}`);
    }
  }
  const seconds = (performance.now() - began) / 1_000;
  io.err.write(`\r${events.length} events sent in ${seconds.toFixed(1)} s\n`);
}

/** `thapcanh replay`. */
export const replayVerb: Verb = {
  name: 'replay',
  summary: 'send recorded events again',
  usage: USAGE,
  async run(args, io) {
    const asked = read(args);
    if (typeof asked === 'string') {
      io.err.write(`thapcanh replay: ${asked}\n\n${USAGE}`);
      return EXIT.usage;
    }
    try {
      const events = await readEvents(asked, io);
      if (events === undefined) return EXIT.wrong;
      await play(asked, events, io);
      return EXIT.done;
    } catch (error) {
      io.err.write(`thapcanh replay: ${wordsOf(error)}\n`);
      return EXIT.wrong;
    }
  },
};
