import { createInterface } from 'node:readline';

import { decode } from '#libs/decode';
import { SystemClock, type BodyHeader, type Decoded, type Fields } from '#libs/model';
import { createRegister, Finisher, normalizeSettings } from '#libs/normalize';

import { EXIT, type Io, type Verb } from '../verb.ts';

/** One line of the verb's input (interfaces.md, Command line). */
interface Input {
  readonly id?: unknown;
  readonly dataset?: unknown;
  readonly event?: unknown;
}

interface Options {
  readonly zoneMinutes: number;
  readonly key: string;
}

// The verb has no data folder: its hashes compare within one use, never with those of a collector.
const TRIAL_KEY = 'thapcanh normalize: a key for trials, no collector has it';

const usage = `thapcanh normalize [--zone +HH:MM] [--key TEXT] < events.ndjson > documents.ndjson

Reads lines {"id","dataset"?,"event":{"message":…}} and prints, in order, {"id","doc":{…}}:
the event as ECS, masked. "doc" is null where the line is no event (a heading, a comment).
Without "dataset" the format is recognized.

  --zone +HH:MM  zone of stamps that name none (default +00:00; a collector takes that of the
                 source, +07:00 unless set)
  --key TEXT     key of the masking hashes (default: one for trials)
`;

function parseZone(text: string): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}

function parseOptions(args: readonly string[]): Options | string {
  let zoneMinutes = 0;
  let key = TRIAL_KEY;
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (args[i] === '--zone' && value !== undefined) {
      const zone = parseZone(value);
      if (zone === undefined) return `--zone wants +HH:MM, not '${value}'`;
      zoneMinutes = zone;
    } else if (args[i] === '--key' && value !== undefined) key = value;
    else return `cannot use '${args[i]}'`;
  }
  return { zoneMinutes, key };
}

/** The text a collector would have got: the line alone, or the record as its shipper sent it. */
function textOf(event: object): string {
  const names = Object.keys(event);
  const line = (event as { message?: unknown }).message;
  return names.length === 1 && typeof line === 'string' ? line : JSON.stringify(event);
}

function read(line: string): { readonly input: Input; readonly event: object } | undefined {
  try {
    const input = JSON.parse(line) as Input | null;
    const event = input?.event;
    if (typeof event === 'object' && event !== null) return { input: input as Input, event };
  } catch {
    return undefined;
  }
  return undefined;
}

function normalizer(options: Options): (decoded: Decoded, text: string, ordinal: number) => Fields {
  const finisher = new Finisher(
    normalizeSettings({
      spoolId: 'normalize',
      maskKey: Buffer.from(options.key),
      register: createRegister([], []),
      zoneMinutes: options.zoneMinutes,
    }),
  );
  const clock = new SystemClock();
  return (decoded, text, ordinal) => {
    const header: BodyHeader = {
      input: 'self',
      format: 'ndjson',
      received: clock.now(),
      encoding: 'identity',
    };
    return finisher.finish(decoded, { ordinal, text }, finisher.origin(header, 0)).event.fields;
  };
}

async function write(io: Io, text: string): Promise<void> {
  if (io.out.write(text)) return;
  await new Promise<void>((resolve) => io.out.once('drain', resolve));
}

/** `thapcanh normalize`. */
export const normalizeVerb: Verb = {
  name: 'normalize',
  summary: 'log lines in, masked ECS documents out',
  usage,
  async run(args, io) {
    const options = parseOptions(args);
    if (typeof options === 'string') {
      io.err.write(`thapcanh normalize: ${options}\n\n${usage}`);
      return EXIT.usage;
    }
    const finish = normalizer(options);
    let number = 0;
    for await (const line of createInterface({ input: io.in, crlfDelay: Infinity })) {
      number++;
      if (line === '') continue;
      const record = read(line);
      if (record === undefined) {
        io.err.write(`thapcanh normalize: line ${number} is no {"id","event":{…}}\n`);
        return EXIT.wrong;
      }
      const { input, event } = record;
      const text = textOf(event);
      const decoded = decode(text, typeof input.dataset === 'string' ? input.dataset : undefined);
      const doc = decoded.isEvent ? finish(decoded, text, number) : null;
      await write(io, `${JSON.stringify({ id: input.id, doc })}\n`);
    }
    return EXIT.done;
  },
};
