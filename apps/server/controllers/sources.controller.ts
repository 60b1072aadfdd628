import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { scopeOf } from '#libs/auth';
import {
  Availability,
  foldName,
  type Localities,
  type RegisterBook,
  type SourceTracker,
} from '#libs/availability';
import { CENTRE, Clock, type LogSource, type Place, type Principal } from '#libs/model';
import type { ListView, SourceView, UnknownSenderView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { mayTouch, placeShape, reachablePlace } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { pageOf, pageShape } from './paging.ts';

const NAME_CHARS_MAX = 200;
const VN_ZONE_MINUTES = 420;

const sourcesQuery = z.object({
  ...pageShape,
  state: z.string().max(40).optional(),
  locality: z.string().max(5).optional(),
  q: z.string().max(NAME_CHARS_MAX).optional(),
});

const assignment = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()]),
  ...placeShape,
  name: z.string().trim().min(1).max(NAME_CHARS_MAX),
  dataset: z.string().max(100).optional(),
});

/** Those that need a look first: never sent, then silent, then the rest by name. */
const STATE_ORDER: Readonly<Record<string, number>> = { never_sent: 0, silent: 1 };

@ApiTags('sources')
@Controller('api/v1/sources')
export class SourcesController {
  readonly #register: RegisterBook;
  readonly #tracker: SourceTracker;
  readonly #localities: Localities;
  readonly #clock: Clock;
  readonly #audit: Audit;

  constructor(
    @Inject(Availability) { register, tracker, localities }: Availability,
    @Inject(Clock) clock: Clock,
    @Inject(Audit) audit: Audit,
  ) {
    this.#register = register;
    this.#tracker = tracker;
    this.#localities = localities;
    this.#clock = clock;
    this.#audit = audit;
  }

  @Get()
  @Needs('sources.read')
  @Answers('SourceList')
  @ApiOperation({ summary: 'Log sources of the register, those that send nothing first' })
  list(
    @Query({ schema: sourcesQuery }) asked: z.output<typeof sourcesQuery>,
    @Who() who: Principal,
  ): ListView<SourceView> {
    const wanted = foldName(asked.q ?? '');
    const rows = this.#register
      .sources()
      .filter((source) => mayTouch(source.place, who) && isIn(asked.locality, source.place))
      .filter((source) => wanted === '' || foldName(`${source.name} ${source.id}`).includes(wanted))
      .map((source) => this.#view(source))
      .filter((row) => asked.state === undefined || row.state === asked.state)
      .toSorted(needsLookFirst);
    return pageOf(rows, asked);
  }

  @Get('unknown')
  @Needs('sources.read')
  @Answers('UnknownSenderList')
  @ApiOperation({ summary: 'Senders that are in no register' })
  unknown(@Who() who: Principal): ListView<UnknownSenderView> {
    // Nobody knows whose they are, so only the centre may look.
    const seen = scopeOf(who).province === CENTRE ? this.#tracker.unknownSenders() : [];
    const rows = seen.map(({ first, last, ...rest }) => ({
      ...rest,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
    }));
    return { total: rows.length, rows, cursor: null };
  }

  @Post('unknown/assign')
  @HttpCode(201)
  @Needs('sources.write')
  @Answers('Source', 'address_taken', 'host_taken', 'register_full')
  @ApiOperation({ summary: 'Enters an unknown sender into the register' })
  async assign(
    @Body({ schema: assignment }) asked: z.output<typeof assignment>,
    @Who() who: Principal,
  ): Promise<SourceView> {
    const place = reachablePlace(asked, who, this.#localities);
    const source: LogSource = {
      id: `src-${asked.commune ?? asked.province}-${asked.address.replaceAll(/[.:]/g, '-')}`,
      name: asked.name,
      place,
      addresses: [asked.address],
      hosts: [],
      zoneMinutes: VN_ZONE_MINUTES,
      silenceFloorS: 0,
      expected: 'active',
      ...(asked.dataset === undefined ? {} : { dataset: asked.dataset }),
    };
    const saved = await this.#register.save('source', [source]);
    if ('reason' in saved) throw new ProblemException(saved.reason);
    this.#tracker.forgetUnknown(asked.address);
    await this.#audit.append({
      who: who.user,
      what: 'source.assign',
      target: source.id,
      place,
      facts: { address: asked.address, name: asked.name },
    });
    return this.#view(source);
  }

  #view(source: LogSource): SourceView {
    const standing = this.#tracker.standing(source, this.#clock.now());
    const iso = (ms: number | undefined): string | null =>
      ms === undefined ? null : new Date(ms).toISOString();
    return {
      id: source.id,
      name: source.name,
      kind: source.dataset ?? null,
      locality: this.#localities.nameOf(source.place),
      state: standing.state,
      since: iso(standing.since),
      lastEvent: iso(standing.lastReceived),
      eventsHour: standing.eventsHour,
      notUnderstoodHour: standing.notUnderstoodHour,
      skewSeconds: standing.skewSeconds ?? null,
      addresses: source.addresses,
      silenceFloorS: source.silenceFloorS,
    };
  }
}

function isIn(code: string | undefined, place: Place): boolean {
  return code === undefined || place.province === code || place.commune === code;
}

function needsLookFirst(a: SourceView, b: SourceView): number {
  const rank = (row: SourceView): number => STATE_ORDER[row.state] ?? 2;
  return rank(a) - rank(b) || a.name.localeCompare(b.name, 'vi');
}
