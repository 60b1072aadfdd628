import { randomBytes } from 'node:crypto';

import { decode } from '#libs/decode';
import { CENTRE, covers, type BodyHeader, type Incident, type Place } from '#libs/model';
import { createRegister, Finisher, normalizeSettings } from '#libs/normalize';
import type { LedgerAnswer } from '#libs/report';
import type {
  ExceptionView,
  LedgerSpanView,
  RuleChangeView,
  RuleDetailView,
  RuleRowView,
  TrialLineView,
  TrialView,
  WhyView,
} from '#libs/protocol';
import type { Explanation, RuleException, RuleSet } from '#libs/sigma';

import { RuleDesk } from '../server/controllers/rules.controller.ts';
import type { Core } from './core.ts';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const NOISE_DAYS = 30;
/** Lines of one trial. */
const LINES_MAX = 200;
const HISTORY_MAX = 50;
const KEY_BYTES = 32;

/** Incidents of a span; the page of rules counts what people made of them. */
export type IncidentsOf = (from: number, to: number, scope: Place) => Promise<readonly Incident[]>;

/** What the engine says a rule could see. */
type LedgerOf = (rule: string, place: Place, from: number, to: number) => Promise<LedgerAnswer>;

interface Judged {
  hits: number;
  judged: number;
  wrong: number;
}

/** The rules in force as their page shows them. */
export class ProductRuleDesk extends RuleDesk {
  readonly #core: Core;
  readonly #incidents: IncidentsOf;
  readonly #ledger: LedgerOf;
  // Hashes of a trial compare within this process only, never with those of stored events.
  readonly #key = randomBytes(KEY_BYTES);

  constructor(core: Core, incidents: IncidentsOf, ledger: LedgerOf) {
    super();
    this.#core = core;
    this.#incidents = incidents;
    this.#ledger = ledger;
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
    const answer = await this.#ledger(rule, place, from, to);
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
        return {
          ...view,
          pack: catalog.credit(view.id).pack ?? null,
          judged,
          noisePercent: judged === 0 ? null : Math.round((100 * wrong) / judged),
          ...this.#fed(view.id, scope),
          exceptions: exceptions.filter(({ rule }) => rule === view.id).length,
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
    const source = catalog.bundle.sources.find(({ file }) => file === rule?.file);
    return {
      ...row,
      description: rule?.meta.description ?? null,
      references: rule?.meta.references ?? [],
      tags: rule?.meta.tags ?? [],
      falsePositives: rule?.meta.falsepositives ?? [],
      text: source?.text ?? '',
      exceptionList: (await this.#exceptions(scope))
        .filter((one) => one.rule === id)
        .map((one) => this.#exceptionView(one)),
      history,
    };
  }

  attempt({
    text,
    dataset,
    rule,
  }: {
    readonly text: string;
    readonly dataset?: string | undefined;
    readonly rule?: string | undefined;
  }): TrialView {
    const { catalog } = this.#core;
    const id = rule === undefined ? undefined : catalog.idOf(rule);
    const lines = text
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .slice(0, LINES_MAX);
    return { lines: lines.map((line, at) => this.#tried(line, at + 1, dataset, id)) };
  }

  #tried(
    text: string,
    line: number,
    dataset: string | undefined,
    rule: string | undefined,
  ): TrialLineView {
    const { catalog, clock, config } = this.#core;
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
    const matched = catalog.set.match(fields).map(({ id }) => {
      const facts = catalog.facts(id);
      return { id, code: facts?.code ?? null, title: facts?.titleVi ?? facts?.title ?? id };
    });
    const explained = rule === undefined ? undefined : catalog.set.explain(fields, rule);
    const why = explained === undefined ? null : whyView(explained);
    return { line, event: true, fields: { ...fields }, matched, why };
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
  #fed(rule: string, scope: Place): { fed: number; fedNow: number } {
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
    return { fed: all.size, fedNow: sending.size };
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

function whyView({ matched, reason, parts }: Explanation): WhyView {
  return {
    matched,
    reason,
    parts: parts.map(({ name, passed, tests }) => ({
      name,
      passed,
      tests: tests.map(({ field, asked, found, passed: met }) => {
        return { field, asked, found: found ?? null, passed: met };
      }),
    })),
  };
}
