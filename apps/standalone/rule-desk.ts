import { CENTRE, covers, type Incident, type Place } from '#libs/model';
import type {
  ExceptionView,
  LedgerSpanView,
  RuleChangeView,
  RuleCheckView,
  RuleDetailView,
  RuleHealth,
  RuleRowView,
  RuleWhyView,
  StandingsView,
  TrialView,
} from '#libs/protocol';
import type { RuleException, RuleSet } from '#libs/sigma';

import {
  RuleDesk,
  type EventAsked,
  type TextGiven,
  type TextRefused,
  type TrialAsked,
} from '../server/controllers/rules.controller.ts';
import type { Core } from './core.ts';
import type { Engine } from './engine.ts';
import { RuleEditor } from './rule-editor.ts';
import { RuleWhy } from './rule-why.ts';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const NOISE_DAYS = 30;
const HISTORY_MAX = 50;
/** From this share of false alarms on, among so many judged cases, a rule is called noisy. */
const NOISY_PERCENT = 30;
const NOISY_JUDGED_MIN = 3;

/** Incidents of a span; the page of rules counts what people made of them. */
export type IncidentsOf = (from: number, to: number, scope: Place) => Promise<readonly Incident[]>;

/** What the engine tells of rules at work. */
type EngineOf = Pick<Engine, 'ledger' | 'standing' | 'events' | 'state'>;

interface Judged {
  hits: number;
  judged: number;
  wrong: number;
}

/** The rules in force as their page shows them. */
export class ProductRuleDesk extends RuleDesk {
  readonly #core: Core;
  readonly #incidents: IncidentsOf;
  readonly #engine: EngineOf;
  readonly #why: RuleWhy;
  readonly #editor: RuleEditor;

  constructor(core: Core, incidents: IncidentsOf, engine: EngineOf) {
    super();
    this.#core = core;
    this.#incidents = incidents;
    this.#engine = engine;
    this.#why = new RuleWhy(core, engine);
    this.#editor = new RuleEditor(core);
  }

  get now(): number {
    return this.#core.clock.now();
  }

  async ledger(
    rule: string,
    place: Place,
    from: number,
    to: number,
  ): Promise<readonly LedgerSpanView[] | { readonly reason: 'bad_span' | 'too_long' }> {
    const answer = await this.#engine.ledger(rule, place, from, to);
    if ('reason' in answer) return answer;
    const iso = (ms: number): string => new Date(ms).toISOString();
    return answer.spans.map((span) => ({ ...span, from: iso(span.from), to: iso(span.to) }));
  }

  async list(scope: Place): Promise<readonly RuleRowView[]> {
    const { catalog } = this.#core;
    const counts = await this.#judged(scope);
    const exceptions = await this.#exceptions(scope);
    return catalog
      .views((rule) => counts.get(rule)?.hits ?? 0)
      .map((view): RuleRowView => {
        const { judged = 0, wrong = 0 } = counts.get(view.id) ?? {};
        const noisePercent = judged === 0 ? null : Math.round((100 * wrong) / judged);
        const row = { ...view, judged, noisePercent, ...this.#fed(view.id, scope) };
        return {
          ...row,
          ...this.#work(view.id),
          pack: catalog.credit(view.id).pack ?? null,
          exceptions: exceptions.filter(({ rule }) => rule === view.id).length,
          health: healthOf(row),
        };
      });
  }

  async one(codeOrId: string, scope: Place): Promise<RuleDetailView | undefined> {
    const { catalog, audit } = this.#core;
    const id = catalog.idOf(codeOrId);
    const row = (await this.list(scope)).find((rule) => rule.id === id);
    if (row === undefined) return undefined;
    const rule = findRule(catalog.set, id);
    const pages = await Promise.all(
      [id, `id ${id}`].map((target) => audit.list({ scope, limit: HISTORY_MAX, keys: { target } })),
    );
    const history = pages
      .flatMap(({ rows }) => rows)
      .toSorted((a, b) => b.at - a.at)
      .map(({ at, who, what, facts }): RuleChangeView => {
        return { at: new Date(at).toISOString(), who, what, facts };
      });
    const editor = this.#editor;
    return {
      ...row,
      description: rule?.meta.description ?? null,
      references: rule?.meta.references ?? [],
      tags: rule?.meta.tags ?? [],
      falsePositives: rule?.meta.falsepositives ?? [],
      ...(await editor.texts(id)),
      parameters: await editor.parameters(id, scope),
      exceptionList: (await this.#exceptions(scope))
        .filter((one) => one.rule === id)
        .map((one) => this.#exceptionView(one)),
      history,
    };
  }

  check(id: string, text: string): Promise<RuleCheckView | undefined> {
    return this.#editor.check(this.#core.catalog.idOf(id), text);
  }

  save(id: string, given: TextGiven): Promise<{ readonly saved: true } | TextRefused | undefined> {
    return this.#editor.save(this.#core.catalog.idOf(id), given);
  }

  attempt(asked: TrialAsked): TrialView {
    return this.#why.attempt(asked);
  }

  why(asked: EventAsked): Promise<RuleWhyView | undefined> {
    return this.#why.event(asked);
  }

  standings(rule: string, scope: Place): Promise<StandingsView> {
    return this.#why.standings(rule, scope);
  }

  async #judged(scope: Place): Promise<ReadonlyMap<string, Judged>> {
    const now = this.#core.clock.now();
    const week = now - WEEK_DAYS * DAY_MS;
    const counts = new Map<string, Judged>();
    for (const incident of await this.#incidents(now - NOISE_DAYS * DAY_MS, now + DAY_MS, scope)) {
      for (const rule of incident.rules) {
        const known = counts.get(rule) ?? { hits: 0, judged: 0, wrong: 0 };
        if (incident.last >= week) known.hits += 1;
        if (incident.verdict !== undefined) known.judged += 1;
        if (incident.verdict === 'false_positive') known.wrong += 1;
        counts.set(rule, known);
      }
    }
    return counts;
  }

  /** Localities with a source that may feed a rule, and those where such a source sends now. */
  #fed(rule: string, scope: Place): { fed: number; fedNow: number; fedByUs: boolean } {
    const { availability, catalog, clock } = this.#core;
    const { register, tracker } = availability;
    const now = clock.now();
    const all = new Set<string>();
    const sending = new Set<string>();
    for (const source of register.sources()) {
      if (!covers(scope, source.place) || !catalog.mayBeFedBy(rule, source.dataset)) continue;
      const { state } = tracker.standing(source, now);
      if (state === 'off') continue;
      const place = source.place.commune ?? source.place.province;
      all.add(place);
      if (state === 'sending') sending.add(place);
    }
    return { fed: all.size, fedNow: sending.size, fedByUs: catalog.isFedByUs(rule) };
  }

  /** What a rule, with all that it counts, did since the start and costs. */
  #work(rule: string): { matches: number | null; costUs: number | null } {
    const counts = this.#engine.state?.rules;
    if (counts === undefined) return { matches: null, costUs: null };
    const own = this.#core.catalog.plainRulesOf(rule).flatMap((id) => counts[id] ?? []);
    const measured = own.filter(({ samples }) => samples > 0);
    return {
      matches: own.reduce((sum, { matches }) => sum + matches, 0),
      costUs: measured.length === 0 ? null : measured.reduce((sum, { costUs }) => sum + costUs, 0),
    };
  }

  /** Exceptions that are for all places, or for one in this scope. */
  async #exceptions(scope: Place): Promise<readonly RuleException[]> {
    const all = await this.#core.rules.control.exceptions();
    return all.filter(({ place }) => place === undefined || covers(scope, place));
  }

  #exceptionView({ id, rule, where, owner, reason, expires, place }: RuleException): ExceptionView {
    const { availability, clock } = this.#core;
    return {
      id,
      rule,
      where,
      owner,
      reason,
      expires: new Date(expires).toISOString(),
      expired: expires <= clock.now(),
      held: this.#engine.state === undefined ? null : (this.#engine.state.held[id] ?? 0),
      locality:
        place === undefined || place.province === CENTRE
          ? null
          : availability.localities.nameOf(place),
    };
  }
}

function findRule({ rules, correlations, off }: RuleSet, id: string) {
  return [...rules, ...correlations, ...off].find((rule) => rule.id === id);
}

type Judgeable = Pick<
  RuleRowView,
  'enabled' | 'fed' | 'fedNow' | 'fedByUs' | 'judged' | 'noisePercent'
>;

/** What is first to be known of a rule. */
function healthOf(row: Judgeable): RuleHealth {
  const { enabled, fed, fedNow, fedByUs, judged, noisePercent } = row;
  if (!enabled) return 'off';
  if (!fedByUs && fed === 0) return 'no_data';
  if (!fedByUs && fedNow === 0) return 'silent';
  if (judged >= NOISY_JUDGED_MIN && (noisePercent ?? 0) >= NOISY_PERCENT) return 'noisy';
  return !fedByUs && fedNow < fed ? 'partly' : 'ok';
}
