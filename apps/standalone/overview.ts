import { CENTRE, covers, type Incident, type Place } from '#libs/model';
import { INCIDENT_KIND, rowOf, type IncidentRecord } from '#libs/incident';
import type { SummaryView } from '#libs/protocol';
import type { PlatformName } from '#libs/platform';
import { makeSummary, neighborWeek, type Period, type PeriodFacts } from '#libs/report';
import { parseQuery } from '#libs/store';

import { Overview } from '../server/controllers/overview.controller.ts';

import type { Core } from './core.ts';
import type { Engine } from './engine.ts';

const PAGE = 1_000;
/** Incidents that one summary reads. */
const INCIDENTS_MAX = 20_000;
const OTP_RESULTS_MAX = 50;
/** Provinces are 34, and two codes stand for the centre and for none known. */
const PROVINCES_MAX = 50;
const WEEK_DAYS = 7;

/** Rules, summary and lag out of the books of this process. */
export class ProductOverview extends Overview {
  readonly version: string;
  readonly platform: PlatformName;
  readonly #core: Core;
  readonly #engine: Engine;

  constructor(core: Core, engine: Engine, version: string) {
    super();
    this.#core = core;
    this.#engine = engine;
    this.version = version;
    this.platform = core.ground.platform;
  }

  lagSeconds(): number {
    return this.#engine.lagSeconds();
  }

  async summary(period: Period, scope: Place): Promise<SummaryView> {
    const { clock, availability, names, catalog } = this.#core;
    const { localities } = availability;
    const before = neighborWeek(period, -1);
    const everything = { query: { kind: 'all' } as const, scope, from: period.from, to: period.to };
    const counted = await this.#engine.events.histogram({ ...everything, buckets: WEEK_DAYS });
    // Registered or not: who sent is told by the events themselves.
    const field = 'gov.locality.code';
    const sent = await this.#engine.events.top({ ...everything, field, limit: PROVINCES_MAX });
    const sending = new Set(sent.values.map(({ value }) => value));
    const shown = localities.provinces().filter(({ code }) => covers(scope, { province: code }));
    return makeSummary({
      period,
      made: clock.now(),
      scope: localities.nameOf(scope),
      now: await this.#facts(period, scope),
      before: await this.#facts(before, scope),
      events: counted.series.flatMap(({ counts }) => counts).reduce((sum, n) => sum + n, 0),
      localities: shown.map(({ code, name }) => ({ code, name, sends: sending.has(code) })),
      row: (incident) => rowOf({ incident }, names),
      isOutage: (rule) => catalog.isOutage(rule),
    });
  }

  async #facts(period: Period, scope: Place): Promise<PeriodFacts> {
    const all = await this.incidents(period.from, period.to, scope);
    const incidents = all.filter(
      ({ first, closedBy }) =>
        first >= period.from &&
        first < period.to &&
        closedBy !== 'merged' &&
        closedBy !== 'withdrawn',
    );
    return { incidents, otp: await this.#otp(period, scope) };
  }

  async #otp(period: Period, scope: Place): Promise<PeriodFacts['otp']> {
    const parsed = parseQuery('gov.otp.stage:delivery');
    if (parsed.query === undefined) throw new Error('the query of the summary does not parse');
    const { values } = await this.#engine.events.top({
      query: parsed.query,
      scope,
      from: period.from,
      to: period.to,
      field: 'event.outcome',
      limit: OTP_RESULTS_MAX,
    });
    const of = (wanted: string): number => values.find(({ value }) => value === wanted)?.count ?? 0;
    const delivered = of('success');
    return { sent: delivered + of('failure'), delivered };
  }

  /** Incidents whose last alert lies in the span. */
  async incidents(from: number, to: number, scope: Place): Promise<Incident[]> {
    const found: Incident[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#core.documents.list<IncidentRecord>(INCIDENT_KIND, {
        scope: scope.province === CENTRE ? { province: CENTRE } : scope,
        from,
        to,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      found.push(...page.rows.map(({ body }) => body.incident));
      cursor = page.next;
    } while (cursor !== undefined && found.length < INCIDENTS_MAX);
    return found;
  }
}
