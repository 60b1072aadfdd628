import { decode, splitBody, type SplitOutcome, type TakeRecord } from '#libs/decode';
import type { Batch, Body, Event, Oddity } from '#libs/model';
import { Finisher, type NormalizeSettings } from '#libs/normalize';

/** Sources counted apart in one body; what comes from more of them is counted under `""`. */
const SOURCES_MAX = 10_000;

/** What happened to the records of one source in one body. */
interface SourceCount {
  events: number;
  /**
   * Receipt minus event time of the events that named a time, summed in ms, and how many those
   * were.
   */
  skewSumMs: number;
  timed: number;
  /** Events in which something was masked. */
  masked: number;
  readonly oddities: Map<Oddity, number>;
}

/**
 * What came of a body. `setAside` says why not one record could be cut out of it: its bytes must be
 * kept as they are.
 */
export interface BodyOutcome {
  readonly events: number;
  readonly first: Event | undefined;
  /** By source id; `""` for senders nobody knows. */
  readonly sources: ReadonlyMap<string, SourceCount>;
  readonly setAside: Oddity | undefined;
  /** Records that are no events: the headings and comments of log files. */
  readonly headings: number;
  /** Why the end of the body is missing or was kept uncut. */
  readonly partly: Oddity | undefined;
  /** Lines that the sender was told are not kept: the body they stand in is to be set aside. */
  readonly rejected: number;
}

/** A body as events. */
export interface DecodedBody extends BodyOutcome {
  readonly batch: Batch;
}

/** Decodes whole bodies under one snapshot of the settings; pure but for caches. */
export class BodyDecoder {
  readonly #finisher: Finisher;

  constructor(settings: NormalizeSettings) {
    this.#finisher = new Finisher(settings);
  }

  /**
   * Body → masked events in order. Never throws; a record that cannot be read becomes an event with
   * its text.
   */
  decode(body: Body, end: number): DecodedBody {
    const events: Event[] = [];
    const outcome = this.each(body, (event) => events.push(event));
    const { position, header } = body;
    return { ...outcome, batch: { from: position, to: end, received: header.received, events } };
  }

  /** As `decode`, but gives each event to `visit` and keeps none: most can die at once. */
  each(body: Body, visit: (event: Event) => void): BodyOutcome {
    const { header, position } = body;
    const sources = new Map<string, SourceCount>();
    const origin = this.#finisher.origin(header, position);
    let events = 0;
    let first: Event | undefined;
    let headings = 0;
    let rejected = 0;
    const sender = origin.own ?? origin.addressed;
    const hint = sender?.dataset;
    const take: TakeRecord = (record, oddity, piece) => {
      // The reply of HTTP ingest named this line as rejected; its sender may send it again,
      // shorter.
      if (oddity === 'line_too_long' && header.input === 'http') {
        rejected++;
        return;
      }
      const decoded = decode(record.text ?? '', hint);
      if (oddity !== undefined) decoded.oddity = oddity;
      if (!decoded.isEvent) {
        headings++;
        return;
      }
      const finished = this.#finisher.finish(decoded, record, origin, piece);
      events++;
      first ??= finished.event;
      visit(finished.event);
      count(sources, finished.source, finished.event, finished.oddity, finished.masked);
    };
    const outcome = splitBody(body, take, sender?.charset);
    return {
      events,
      first,
      sources,
      headings,
      setAside: outcome.kind === 'set_aside' ? outcome.reason : undefined,
      partly: reasonOf(outcome),
      rejected,
    };
  }
}

function reasonOf(outcome: SplitOutcome): Oddity | undefined {
  return outcome.kind === 'partly' ? outcome.reason : undefined;
}

function countOf(sources: Map<string, SourceCount>, source: string): SourceCount {
  const known = sources.get(source);
  if (known !== undefined) return known;
  if (sources.size >= SOURCES_MAX && source !== '') return countOf(sources, '');
  const made: SourceCount = { events: 0, skewSumMs: 0, timed: 0, masked: 0, oddities: new Map() };
  sources.set(source, made);
  return made;
}

function count(
  sources: Map<string, SourceCount>,
  source: string,
  event: Event,
  oddity: Oddity | undefined,
  masked: number,
): void {
  const entry = countOf(sources, source);
  entry.events++;
  if (masked > 0) entry.masked++;
  if (event.fields['gov.time.flag'] === undefined) {
    entry.timed++;
    entry.skewSumMs += event.received - event.time;
  }
  if (oddity !== undefined) entry.oddities.set(oddity, (entry.oddities.get(oddity) ?? 0) + 1);
}
