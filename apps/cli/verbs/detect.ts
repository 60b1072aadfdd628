import { parseArgs } from 'node:util';

import type { Routing } from '#libs/sigma';

import { EXIT, type Io, type Verb } from '../verb.ts';
import type { OpenCorrelator } from './detect-correlate.ts';
import { runDetect, type DetectOptions } from './detect-run.ts';
import { RulesUnreadable } from '#libs/detect';

const USAGE = `thapcanh detect --rules DIR… [options] < events.ndjson

Reads one JSON event per line and prints one line per match:
{"event":<line number from 0>,"rule_id":…,"title":…,"level":…}

  --rules DIR|FILE       rules to load; may be given several times
  --routing MODE         strict (default, what the product runs), conflict or off
  --placeholders FILE    YAML with lines "name: [value, value]" for %name%
  --correlate            adds {"alert":{…}} lines at the end
  --stats                one JSON line on standard error: loaded, refused, times, memory
  --explain EVENT RULE   why the event of that line number does or does not match the rule
`;
const ROUTINGS: readonly Routing[] = ['strict', 'conflict', 'off'];

/** `thapcanh detect`: Sigma rules over NDJSON events. */
export function createDetectVerb(open: OpenCorrelator): Verb {
  return {
    name: 'detect',
    summary: 'match Sigma rules against NDJSON events',
    usage: USAGE,
    async run(args, io) {
      const options = readOptions(args);
      if (typeof options === 'string') return refuse(io, options);
      try {
        return await runDetect(options, io, open);
      } catch (error) {
        if (!(error instanceof RulesUnreadable)) throw error;
        io.err.write(`detect: ${error.message}\n`);
        return EXIT.wrong;
      }
    },
  };
}

function refuse(io: Io, problem: string): number {
  io.err.write(`detect: ${problem}\n\n${USAGE}`);
  return EXIT.usage;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): DetectOptions | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rules: { type: 'string', multiple: true },
        routing: { type: 'string', default: 'strict' },
        placeholders: { type: 'string' },
        correlate: { type: 'boolean', default: false },
        stats: { type: 'boolean', default: false },
        explain: { type: 'string' },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const routing = ROUTINGS.find((one) => one === values.routing);
  if (routing === undefined) return `--routing is one of ${ROUTINGS.join(', ')}`;
  const explain = values.explain === undefined ? undefined : Number(values.explain);
  const rule = explain === undefined ? undefined : positionals.shift();
  if (explain !== undefined && (!Number.isInteger(explain) || explain < 0 || rule === undefined)) {
    return '--explain needs the line number of an event and the id of a rule';
  }
  // `--rules a b` is as good as `--rules a --rules b`.
  const rules = [...(values.rules ?? []), ...positionals];
  if (values.rules === undefined) return 'which rules? --rules DIR';
  return {
    rules,
    routing,
    correlate: values.correlate,
    stats: values.stats,
    ...(values.placeholders === undefined ? {} : { placeholders: values.placeholders }),
    ...(explain === undefined || rule === undefined ? {} : { explain: { event: explain, rule } }),
  };
}
