import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Auth, scopeOf } from '#libs/auth';
import {
  Availability,
  type Localities,
  type ProbeRunner,
  type RegisterBook,
  type SourceTracker,
} from '#libs/availability';
import { CENTRE, Clock, covers, type Locality, type Place, type Principal } from '#libs/model';
import type { ListView, LocalityView, ProbeView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { mayTouch } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { pageOf, pageShape } from './paging.ts';

const localitiesQuery = z.object({
  ...pageShape,
  level: z.enum(['province', 'commune']).default('province'),
  province: z.string().length(2).optional(),
});

/** The open incidents, as far as a page of places needs them. */
export abstract class OpenIncidents {
  abstract openRows(scope: Place): readonly { readonly locality: Place }[];
}

@ApiTags('sources')
@Controller('api/v1')
export class LocalitiesController {
  readonly #register: RegisterBook;
  readonly #tracker: SourceTracker;
  readonly #probes: ProbeRunner;
  readonly #localities: Localities;
  readonly #clock: Clock;
  readonly #incidents: OpenIncidents;
  readonly #auth: Auth;

  constructor(
    @Inject(Availability) { register, tracker, probes, localities }: Availability,
    @Inject(Clock) clock: Clock,
    @Inject(OpenIncidents) incidents: OpenIncidents,
    @Inject(Auth) auth: Auth,
  ) {
    this.#auth = auth;
    this.#incidents = incidents;
    this.#register = register;
    this.#tracker = tracker;
    this.#probes = probes;
    this.#localities = localities;
    this.#clock = clock;
  }

  @Get('localities')
  @Needs('sources.read')
  @Answers('LocalityList')
  @ApiOperation({ summary: 'Provinces, or communes of one, those that send nothing first' })
  list(
    @Query({ schema: localitiesQuery }) asked: z.output<typeof localitiesQuery>,
    @Who() who: Principal,
  ): ListView<LocalityView> {
    const scope = scopeOf(who);
    const standings = this.#standings(scope);
    const rows = this.#rows(asked.level, asked.province)
      .filter((row) => covers(scope, placeOf(row)) || covers(placeOf(row), scope))
      .map((row) => this.#view(row, standings));
    return pageOf(rows.toSorted(silentFirst), asked);
  }

  @Get('probes')
  @Needs('sources.read')
  @Answers('ProbeList')
  @ApiOperation({ summary: 'Probes of services and where they stand' })
  probes(@Who() who: Principal): ListView<ProbeView> {
    const rows = this.#register.probes().flatMap((probe): ProbeView[] => {
      const service = this.#register.service(probe.service);
      const place = service?.place ?? { province: CENTRE };
      if (!mayTouch(place, who)) return [];
      const { state, uptimePercent } = this.#probes.standing(probe);
      return [
        {
          id: probe.id,
          service: probe.service,
          serviceName: service?.name ?? probe.service,
          kind: probe.kind,
          target: probe.target,
          locality: this.#localities.nameOf(place),
          state: probe.enabled ? state.verdict : 'off',
          since: state.since === undefined ? null : new Date(state.since).toISOString(),
          lastMs: state.lastMs ?? null,
          lastError: state.lastError ?? null,
          uptime24h: uptimePercent ?? null,
        },
      ];
    });
    return { total: rows.length, rows, cursor: null };
  }

  #rows(level: 'province' | 'commune', province: string | undefined): readonly Locality[] {
    if (level === 'province') return this.#localities.provinces();
    return province === undefined
      ? this.#localities.provinces().flatMap(({ code }) => this.#localities.communesOf(code))
      : this.#localities.communesOf(province);
  }

  /** What is known of every place in the scope, gathered in one pass over the register. */
  #standings(scope: Place): ReadonlyMap<string, Standing> {
    const now = this.#clock.now();
    const found = new Map<string, Standing>();
    const add = (place: Place, more: Partial<Standing>): void => {
      if (!covers(scope, place)) return;
      for (const code of [
        place.province,
        ...(place.commune === undefined ? [] : [place.commune]),
      ]) {
        found.set(code, sum(found.get(code) ?? NOTHING, more));
      }
    };
    for (const source of this.#register.sources()) {
      const { state, lastReceived } = this.#tracker.standing(source, now);
      add(source.place, {
        expected: state === 'off' ? 0 : 1,
        sending: state === 'sending' ? 1 : 0,
        silent: state === 'silent' ? 1 : 0,
        neverSent: state === 'never_sent' ? 1 : 0,
        last: lastReceived ?? 0,
      });
    }
    for (const { place, at } of this.#auth.keys.sourceless(scope)) {
      add(place, { unregistered: 1, last: at });
    }
    for (const probe of this.#register.probes()) {
      const home = this.#register.service(probe.service)?.place;
      const down = this.#probes.standing(probe).state.verdict === 'down';
      if (home !== undefined && down) add(home, { servicesDown: 1 });
    }
    for (const { locality } of this.#incidents.openRows(scope)) {
      add(locality, { openIncidents: 1 });
    }
    return found;
  }

  #view(row: Locality, standings: ReadonlyMap<string, Standing>): LocalityView {
    const { last, ...counts } = standings.get(row.code) ?? NOTHING;
    return {
      code: row.code,
      name: row.name,
      kind: row.kind,
      province: row.province ?? null,
      communes: row.province === undefined ? this.#localities.communesOf(row.code).length : 0,
      lastEvent: last === 0 ? null : new Date(last).toISOString(),
      ...counts,
    };
  }
}

interface Standing {
  readonly expected: number;
  readonly sending: number;
  readonly silent: number;
  readonly neverSent: number;
  readonly unregistered: number;
  readonly servicesDown: number;
  readonly openIncidents: number;
  readonly last: number;
}

const NOTHING: Standing = {
  expected: 0,
  sending: 0,
  silent: 0,
  neverSent: 0,
  unregistered: 0,
  servicesDown: 0,
  openIncidents: 0,
  last: 0,
};

function sum(a: Standing, b: Partial<Standing>): Standing {
  return {
    expected: a.expected + (b.expected ?? 0),
    sending: a.sending + (b.sending ?? 0),
    silent: a.silent + (b.silent ?? 0),
    neverSent: a.neverSent + (b.neverSent ?? 0),
    unregistered: a.unregistered + (b.unregistered ?? 0),
    servicesDown: a.servicesDown + (b.servicesDown ?? 0),
    openIncidents: a.openIncidents + (b.openIncidents ?? 0),
    last: Math.max(a.last, b.last ?? 0),
  };
}

function placeOf(row: Locality): Place {
  return row.province === undefined
    ? { province: row.code }
    : { province: row.province, commune: row.code };
}

/** A locality that sends nothing stands first and is never hidden in an average. */
function silentFirst(a: LocalityView, b: LocalityView): number {
  return (
    Math.min(a.sending + a.unregistered, 1) - Math.min(b.sending + b.unregistered, 1) ||
    b.silent - a.silent ||
    a.name.localeCompare(b.name, 'vi')
  );
}
