import { randomBytes } from 'node:crypto';

import { decode } from '#libs/decode';
import type { WindowStanding } from '#libs/correlate';
import { covers, type BodyHeader, type Event, type Fields, type Place } from '#libs/model';
import { createRegister, Finisher, normalizeSettings } from '#libs/normalize';
import type {
  MemberWhyView,
  RuleWhyView,
  StandingsView,
  StandingView,
  TrialLineView,
  TrialView,
  WhyView,
} from '#libs/protocol';
import type { Explanation } from '#libs/sigma';

import type { RuleAnswer } from '../engine/rules/rule-catalog.ts';
import type { EventAsked, TrialAsked } from '../server/controllers/rules.controller.ts';
import type { Core } from './core.ts';
import type { Engine } from './engine.ts';

/** Lines of one trial. */
const LINES_MAX = 200;
const KEY_BYTES = 32;
/** Windows asked of the engine, of which only those of the reader's places are shown. */
const STANDINGS_MAX = 1_000;
const STANDINGS_SHOWN = 20;
const SECOND_MS = 1_000;
const COMMUNE = 'gov.locality.commune_code';

/** From the farthest to the nearest. */
const REASONS: readonly MemberWhyView['reason'][] = [
  'log_source',
  'condition',
  'exception',
  'matched',
];

/** Why rules fire or do not: on pasted lines, on stored events, and how far windows are. */
export class RuleWhy {
  readonly #core: Core;
  readonly #engine: Pick<Engine, 'standing' | 'events'>;
  // Hashes of a trial compare within this process only, never with those of stored events.
  readonly #key = randomBytes(KEY_BYTES);

  constructor(core: Core, engine: Pick<Engine, 'standing' | 'events'>) {
    this.#core = core;
    this.#engine = engine;
  }

  /** Normalizes pasted lines and matches them; nothing of it is kept. */
  attempt({ text, dataset, rule }: TrialAsked): TrialView {
    const lines = text
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .slice(0, LINES_MAX);
    return { lines: lines.map((line, at) => this.#tried(line, at + 1, dataset, rule)) };
  }

  /** What a rule says of a stored event of that scope, and how far its window was. */
  async event(asked: EventAsked): Promise<RuleWhyView | undefined> {
    const { rule, id, time, scope } = asked;
    const page = await this.#engine.events.search({
      query: { kind: 'ids', ids: [id] },
      scope,
      from: time,
      to: time + SECOND_MS,
      limit: 1,
    });
    const [event] = page.events;
    if (event === undefined) return undefined;
    return {
      rule: this.#core.catalog.idOf(rule),
      event: id,
      why: this.#why(event.fields, rule),
      matched: this.#met(event.fields),
      standings: await this.standings(rule, scope, event),
    };
  }

  /** The windows of that scope which are nearest to their threshold, or the event's own. */
  async standings(rule: string, scope: Place, event?: Event): Promise<StandingsView> {
    const { catalog } = this.#core;
    const found = await this.#engine.standing(rule, event, STANDINGS_MAX);
    return {
      rule: catalog.idOf(rule),
      known: found !== undefined,
      rows: (found ?? [])
        .filter((one) => covers(scope, placeOf(one)))
        .slice(0, STANDINGS_SHOWN)
        .map((one) => this.#standingView(one)),
    };
  }

  #tried(
    text: string,
    line: number,
    dataset: string | undefined,
    rule: string | undefined,
  ): TrialLineView {
    const { clock, config } = this.#core;
    const decoded = decode(text, dataset);
    if (!decoded.isEvent) return { line, event: false, fields: {}, matched: [], why: null };
    const finisher = new Finisher(
      normalizeSettings({
        spoolId: 'trial',
        maskKey: this.#key,
        register: createRegister([], []),
        zoneMinutes: config.time.zone_minutes,
      }),
    );
    const header: BodyHeader = {
      input: 'self',
      format: 'ndjson',
      received: clock.now(),
      encoding: 'identity',
    };
    const record = { ordinal: line, text };
    const { fields } = finisher.finish(decoded, record, finisher.origin(header, 0)).event;
    const why = rule === undefined ? null : this.#why(fields, rule);
    return { line, event: true, fields: { ...fields }, matched: this.#met(fields), why };
  }

  #met(fields: Fields): TrialLineView['matched'] {
    const { catalog } = this.#core;
    return catalog.set.match(fields).map(({ id }) => ({ id, ...this.#named(id) }));
  }

  #named(id: string): { readonly code: string | null; readonly title: string } {
    const facts = this.#core.catalog.facts(id);
    return { code: facts?.code ?? null, title: facts?.titleVi ?? facts?.title ?? id };
  }

  #why(fields: Fields, rule: string): WhyView {
    return whyView(this.#core.catalog.explain(fields, rule), (id) => this.#named(id));
  }

  #standingView(standing: WindowStanding): StandingView {
    const { catalog, availability } = this.#core;
    const { rule, group, at, spanMs, matches, measured, condition, present } = standing;
    const isSequence = !('length' in condition);
    return {
      locality: availability.localities.nameOf(placeOf(standing)),
      group,
      at: new Date(at).toISOString(),
      spanS: spanMs / SECOND_MS,
      matches,
      measured,
      needs: isSequence ? [] : condition,
      members: isSequence
        ? catalog.membersOf(rule).map((id) => {
            return { rule: id, title: this.#named(id).title, seen: present.includes(id) };
          })
        : [],
      lacks: standing.lacks ?? null,
      ratio: standing.ratio ?? null,
      baseline: standing.baseline ?? null,
    };
  }
}

/** Where a window lies: in a commune when its group says so, else in a province. */
function placeOf({ province, group }: WindowStanding): Place {
  const commune = group[COMMUNE];
  return commune === undefined ? { province } : { province, commune };
}

type Named = (id: string) => { readonly code: string | null; readonly title: string };

function whyView(answer: RuleAnswer, named: Named): WhyView {
  if (answer.kind === 'off') {
    return { matched: false, reason: 'off', by: answer.by, members: [] };
  }
  if (answer.kind === 'unknown') {
    return { matched: false, reason: 'unknown', by: null, members: [] };
  }
  const members = answer.explanations.map((one): MemberWhyView => {
    return { ...memberView(one), ...named(one.rule) };
  });
  const reasons = members.map(({ reason }) => reason);
  const nearest = REASONS.findLast((reason) => reasons.includes(reason)) ?? 'condition';
  return { matched: nearest === 'matched', reason: nearest, by: null, members };
}

function memberView({
  rule,
  reason,
  exception,
  logsource,
  parts,
}: Explanation): Omit<MemberWhyView, 'code' | 'title'> {
  const { product, service, category } = logsource.event;
  return {
    rule,
    reason,
    exception:
      exception === undefined
        ? null
        : { ...exception, expires: new Date(exception.expires).toISOString() },
    logsource: {
      asked: Object.values(logsource.rule).join(' · '),
      found: [...new Set([...product, ...service, ...category])].join(' · '),
    },
    parts: parts.map(({ name, passed, tests }) => ({
      name,
      passed,
      tests: tests.map(({ field, asked, found, passed: met }) => {
        return { field, asked, found: found ?? null, passed: met };
      }),
    })),
  };
}
