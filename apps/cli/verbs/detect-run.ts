import type { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';

import { compile, type Rule, type RuleSet, type Routing } from '#libs/sigma';

import { EXIT, type Io } from '../verb.ts';
import { correlateMatches, type CorrelateInput, type OpenCorrelator } from './detect-correlate.ts';
import { eachLine } from './detect-lines.ts';
import { readRuleFiles } from '#libs/detect';

/** What `detect` was asked for. */
export interface DetectOptions {
  readonly rules: readonly string[];
  readonly routing: Routing;
  readonly placeholders?: string;
  readonly correlate: boolean;
  readonly stats: boolean;
  readonly explain?: { readonly event: number; readonly rule: string };
}

/** Output is written in pieces of about this many characters. */
const WRITE_CHARS = 64 * 1024;
/** Refusals named in the statistics. */
const REFUSED_SHOWN_MAX = 1_000;

/** Loads the rules and runs the events of standard input through them. Gives the exit status. */
export async function runDetect(
  options: DetectOptions,
  io: Io,
  open: OpenCorrelator,
): Promise<number> {
  const started = performance.now();
  const placeholders = await placeholdersOf(options.placeholders);
  if ('problem' in placeholders) {
    io.err.write(`detect: ${options.placeholders}: ${placeholders.problem}\n`);
    return EXIT.wrong;
  }
  const set = await loadRules(options, placeholders.values);
  if (set.rules.length === 0) {
    io.err.write(`detect: no rule could be loaded (${set.refused.length} refused)\n`);
    return EXIT.wrong;
  }
  // Events die young: more room for them than loading needed only costs memory.
  setFlagsFromString('--semi-space-growth-factor=1');
  const loaded = performance.now();
  if (options.explain !== undefined) return explainOne(set, options.explain, io);
  const run = new DetectRun(set, io, options.correlate ? open : undefined);
  const events = await eachLine(
    io.in,
    (line, number) => run.take(line, number),
    () => run.written,
  );
  await run.finish();
  const ended = performance.now();
  if (options.stats) {
    io.err.write(`${statsLine(set, run, events, loaded - started, ended - loaded)}\n`);
  } else for (const line of complaints(set, run, events)) io.err.write(`detect: ${line}\n`);
  return EXIT.done;
}

async function loadRules(
  { rules, routing }: DetectOptions,
  placeholders: Readonly<Record<string, readonly string[]>>,
): Promise<RuleSet> {
  const sources = await readRuleFiles(rules);
  // Loading is over before code optimized for it would have paid.
  setFlagsFromString('--no-opt');
  try {
    return compile(sources, { routing, placeholders });
  } finally {
    setFlagsFromString('--opt');
  }
}

async function placeholdersOf(
  file: string | undefined,
): Promise<{ values: Record<string, string[]> } | { problem: string }> {
  if (file === undefined) return { values: {} };
  // What reads it takes longer to load than most rules do.
  const { readPlaceholders } = await import('./rules-placeholders.ts');
  return readPlaceholders(file);
}

/** The matches of one run on their way out. */
class DetectRun {
  readonly #set: RuleSet;
  readonly #io: Io;
  /** What stands behind the event's number, per rule: printing a match is appending two texts. */
  readonly #tails = new Map<Rule, string>();
  readonly #correlated: CorrelateInput[] = [];
  readonly #open: OpenCorrelator | undefined;
  #pending = '';
  /** Resolves once everything flushed so far is written. */
  written: Promise<void> = Promise.resolve();
  matches = 0;
  broken = 0;

  constructor(set: RuleSet, io: Io, open: OpenCorrelator | undefined) {
    this.#set = set;
    this.#io = io;
    this.#open = open;
  }

  take(line: string | undefined, number: number): void {
    const record = line === undefined ? undefined : parseRecord(line);
    if (record === undefined) {
      if (line !== '') this.broken++;
      return;
    }
    const rules = this.#set.match(record);
    if (rules.length === 0) return;
    if (this.#open !== undefined) this.#correlated.push({ number, record, rules });
    for (const rule of rules) {
      this.matches++;
      this.#pending += `{"event":${number}${this.#tailOf(rule)}`;
    }
    if (this.#pending.length >= WRITE_CHARS) this.#flush();
  }

  /** Resolves once everything is written. */
  async finish(): Promise<void> {
    if (this.#open !== undefined) {
      const alerts = await correlateMatches(this.#set, this.#correlated, this.#open);
      for (const alert of alerts) this.#pending += `${JSON.stringify({ alert })}\n`;
    }
    this.#flush();
    await this.written;
  }

  #tailOf(rule: Rule): string {
    let tail = this.#tails.get(rule);
    if (tail === undefined) {
      const { id, title, level } = rule;
      tail = `,${JSON.stringify({ rule_id: id, title, level }).slice(1)}\n`;
      this.#tails.set(rule, tail);
    }
    return tail;
  }

  #flush(): void {
    const text = this.#pending;
    this.#pending = '';
    this.written = this.written.then(() => write(this.#io.out, text));
  }
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    // Counted by the caller.
    return undefined;
  }
}

async function write(out: Writable, text: string): Promise<void> {
  if (text === '' || out.write(text)) return;
  await new Promise<void>((resolve) => {
    out.once('drain', resolve);
  });
}

async function explainOne(
  set: RuleSet,
  wanted: { readonly event: number; readonly rule: string },
  io: Io,
): Promise<number> {
  let found: string | undefined;
  await eachLine(io.in, (line, number) => {
    if (number === wanted.event) found = line;
  });
  const record = found === undefined ? undefined : parseRecord(found);
  if (record === undefined) {
    io.err.write(`detect: line ${wanted.event} is not there or no JSON object\n`);
    return EXIT.wrong;
  }
  const explanations = plainRules(set, wanted.rule).flatMap((id) => set.explain(record, id) ?? []);
  if (explanations.length === 0) {
    io.err.write(`detect: no rule ${wanted.rule} is in force\n`);
    return EXIT.wrong;
  }
  for (const explanation of explanations) {
    await write(io.out, `${JSON.stringify({ event: wanted.event, ...explanation })}\n`);
  }
  return EXIT.done;
}

/** Ids of the plain rules that an id or a name stands for: itself, or what a correlation counts. */
function plainRules(set: RuleSet, idOrName: string): readonly string[] {
  const isIt = ({ id, name }: { readonly id: string; readonly name?: string }) =>
    id === idOrName || name === idOrName;
  const rule = set.rules.find(isIt);
  if (rule !== undefined) return [rule.id];
  const members = set.correlations.find(isIt)?.rules ?? [];
  return [...new Set(members.flatMap((id) => plainRules(set, id)))];
}

/** What went wrong with rules and lines, for people; the statistics say the same for programs. */
function complaints({ refused }: RuleSet, { broken }: DetectRun, events: number): string[] {
  const [first] = refused;
  const lines: string[] = [];
  if (first !== undefined) {
    const where = `${first.file}:${first.line}:${first.column}: ${first.message}`;
    lines.push(`${refused.length} rules were refused, the first: ${where}`);
  }
  if (broken > 0) lines.push(`${broken} of ${events} lines are no JSON objects`);
  return lines;
}

function statsLine(
  set: RuleSet,
  run: DetectRun,
  events: number,
  loadMs: number,
  runMs: number,
): string {
  return JSON.stringify({
    rules: set.rules.length,
    correlations: set.correlations.length,
    refused: set.refused.length,
    refusals: set.refused.slice(0, REFUSED_SHOWN_MAX),
    events,
    broken: run.broken,
    matches: run.matches,
    load_ms: Math.round(loadMs),
    run_ms: Math.round(runMs),
    memory_mb_max: Math.round(process.resourceUsage().maxRSS / 1024),
  });
}
