import { z } from 'zod';
import { load } from 'js-yaml';

import { newFields, type Fields, type FieldValue } from '#libs/model';

const fields = z.record(z.string(), z.unknown());
const sample = z.record(z.string(), z.unknown());
const timelineEvent = z
  .object({
    at: z.string(),
    repeat: z.number().int().min(1).max(100_000).default(1),
    every: z.string().default('1s'),
  })
  .catchall(z.unknown());
const expectedAlert = z.strictObject({
  rule: z.string().optional(),
  group: z.record(z.string(), z.coerce.string()).optional(),
  count: z.number().int().optional(),
  first: z.string().optional(),
  last: z.string().optional(),
  level: z.string().optional(),
});
const timeline = z.strictObject({
  name: z.string(),
  events: z.array(timelineEvent).min(1),
  alerts: z.array(expectedAlert),
});
const samplesSchema = z.strictObject({
  match: z.array(sample).default([]),
  pass: z.array(sample).default([]),
  timelines: z.array(timeline).default([]),
});

/** The samples beside a rule file (docs/rules.md, Samples). */
export type Samples = z.infer<typeof samplesSchema>;
export type Sample = z.infer<typeof sample>;
export type Timeline = z.infer<typeof timeline>;
export type ExpectedAlert = z.infer<typeof expectedAlert>;

/** Makes the fields of a raw line of a dataset; undefined when the line is not understood. */
export type DecodeLine = (dataset: string, line: string) => Fields | undefined;

/** The samples of a text, or what is wrong with it. */
export function readSamples(text: string): Samples | { readonly problem: string } {
  let written: unknown;
  try {
    written = load(text);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const read = samplesSchema.safeParse(written);
  return read.success ? read.data : { problem: z.prettifyError(read.error) };
}

/** The event of a sample, with `{n}` in its texts put in, or why there is none. */
export function eventFields(
  written: Sample,
  n: number,
  decodeLine: DecodeLine,
): Fields | { readonly problem: string } {
  const line = written['line'];
  if (typeof line === 'string') {
    const dataset = written['dataset'];
    if (typeof dataset !== 'string') return { problem: 'a line needs its dataset' };
    return (
      decodeLine(dataset, numbered(line, n)) ?? { problem: `not a line of ${dataset}: ${line}` }
    );
  }
  const own = fields.safeParse(written['event']);
  const event = own.success ? own.data : written;
  const flat = newFields();
  flatten(event, '', n, flat);
  return flat;
}

/** True when what `eventFields` gave is a problem, not an event. */
export function isProblem(
  given: Fields | { readonly problem: string },
): given is { readonly problem: string } {
  return Object.keys(given).length === 1 && typeof given['problem'] === 'string';
}

const RESERVED: ReadonlySet<string> = new Set(['rule', 'at', 'repeat', 'every', 'dataset', 'line']);

function flatten(object: Record<string, unknown>, prefix: string, n: number, into: Fields): void {
  for (const [key, value] of Object.entries(object)) {
    if (prefix === '' && RESERVED.has(key)) continue;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      flatten(value as Record<string, unknown>, `${prefix}${key}.`, n, into);
    } else if (typeof value === 'string') into[prefix + key] = numbered(value, n);
    else into[prefix + key] = value as FieldValue;
  }
}

function numbered(text: string, n: number): string {
  return text.replaceAll('{n}', String(n));
}
