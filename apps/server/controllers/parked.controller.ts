import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { CENTRE, type Principal } from '#libs/model';
import type { ListView, ParkedView } from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';

const IDS_MAX = 1_000;
const ID_CHARS_MAX = 200;
const REASON_CHARS_MAX = 500;

const idsBody = z.strictObject({
  ids: z.array(z.string().min(1).max(ID_CHARS_MAX)).min(1).max(IDS_MAX),
});
const dropBody = idsBody.extend({ reason: z.string().trim().min(1).max(REASON_CHARS_MAX) });

/** What could not be taken, and what a person decides about it. */
export abstract class ParkedDesk {
  /** Oldest first; `total` counts also what does not fit into the rows. */
  abstract list(): Promise<{ readonly rows: readonly ParkedView[]; readonly total: number }>;
  /** Gives them to their readers once more; resolves to those that are no longer parked. */
  abstract retry(ids: readonly string[]): Promise<readonly string[]>;
  /** Forgets them for good; resolves to those that were there. */
  abstract drop(ids: readonly string[]): Promise<readonly string[]>;
}

/** A batch holds events of any place: only who sees all places may see and decide. */
function needsCentre(who: Principal): void {
  if (who.scope.province !== CENTRE) throw new ProblemException('not_allowed');
}

@ApiTags('parked')
@Controller('api/v1/parked')
export class ParkedController {
  readonly #parked: ParkedDesk;
  readonly #audit: Audit;

  constructor(@Inject(ParkedDesk) parked: ParkedDesk, @Inject(Audit) audit: Audit) {
    this.#parked = parked;
    this.#audit = audit;
  }

  @Get()
  @Needs('settings.read')
  @Answers('ParkedList')
  @ApiOperation({ summary: 'What could not be taken and waits for a person, oldest first' })
  async list(@Who() who: Principal): Promise<ListView<ParkedView>> {
    needsCentre(who);
    return { ...(await this.#parked.list()), cursor: null };
  }

  @Post('retry')
  @HttpCode(200)
  @Needs('settings.write')
  @Answers('ParkedDone')
  @ApiOperation({ summary: 'Gives what is parked to its readers once more' })
  async retry(
    @Body({ schema: idsBody }) { ids }: z.output<typeof idsBody>,
    @Who() who: Principal,
  ): Promise<{ done: number }> {
    needsCentre(who);
    await this.#recorded(who, 'parked.retry', ids, {});
    return { done: (await this.#parked.retry(ids)).length };
  }

  @Post('drop')
  @HttpCode(200)
  @Needs('settings.write')
  @Answers('ParkedDone')
  @ApiOperation({ summary: 'Forgets what is parked for good; says why' })
  async drop(
    @Body({ schema: dropBody }) { ids, reason }: z.output<typeof dropBody>,
    @Who() who: Principal,
  ): Promise<{ done: number }> {
    needsCentre(who);
    await this.#recorded(who, 'parked.drop', ids, { reason });
    return { done: (await this.#parked.drop(ids)).length };
  }

  /** Recorded before it is done: nothing goes of which the record does not know. */
  async #recorded(
    who: Principal,
    what: string,
    ids: readonly string[],
    facts: Readonly<Record<string, string>>,
  ): Promise<void> {
    const target = ids.length === 1 ? (ids[0] ?? '') : `${ids.length} parked`;
    const place = { province: CENTRE };
    const all = ids.length === 1 ? {} : { ids: ids.join(' ') };
    await this.#audit.append({ who: who.user, what, target, place, facts: { ...facts, ...all } });
  }
}
