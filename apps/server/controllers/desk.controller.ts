import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { allows, Auth, scopeOf } from '#libs/auth';
import { SavedViews, type SavedView, type ViewReader } from '#libs/incident';
import { Clock, type Principal } from '#libs/model';
import type { ListView, PersonView, SavedViewView } from '#libs/protocol';
import { Documents } from '#libs/store';

import { Needs, Who } from '../access/access.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';
import { ViewNames } from './alerts.controller.ts';

const PEOPLE_MAX = 500;
const NAME_CHARS_MAX = 100;
const SEARCH_CHARS_MAX = 2_000;

const viewBody = z.strictObject({
  name: z.string().trim().min(1).max(NAME_CHARS_MAX),
  search: z.string().max(SEARCH_CHARS_MAX),
  shared: z.boolean(),
});

/** What the people at the duty queue need beside incidents: each other, and their views. */
@ApiTags('incidents')
@Controller('api/v1')
export class DeskController {
  readonly #auth: Auth;
  readonly #names: ViewNames;
  readonly #views: SavedViews;

  constructor(
    @Inject(Auth) auth: Auth,
    @Inject(ViewNames) names: ViewNames,
    @Inject(Documents) documents: Documents,
    @Inject(Clock) clock: Clock,
  ) {
    this.#auth = auth;
    this.#names = names;
    this.#views = new SavedViews(documents, clock);
  }

  @Get('people')
  @Needs('incidents.act')
  @Answers('PersonList')
  @ApiOperation({ summary: 'People of one’s own scope whom incidents can be given to' })
  async people(@Who() who: Principal): Promise<ListView<PersonView>> {
    const page = await this.#auth.users.list(PEOPLE_MAX, undefined, scopeOf(who));
    const rows = page.rows
      .filter(({ role, disabled }) => !disabled && allows(role, 'incidents.act'))
      .map(({ user, name, role, scope }) => ({
        user,
        name,
        role,
        scope: this.#names.places(scope),
      }));
    return { total: rows.length, rows, cursor: null };
  }

  @Get('views')
  @Needs('incidents.read')
  @Answers('SavedViewList')
  @ApiOperation({ summary: 'Saved views of the duty queue: one’s own and those of one’s place' })
  async list(@Who() who: Principal): Promise<ListView<SavedViewView>> {
    const views = await this.#views.list(reader(who));
    const rows = views.map((view) => viewOf(view, who));
    return { total: rows.length, rows, cursor: null };
  }

  @Post('views')
  @HttpCode(201)
  @Needs('incidents.read')
  @Answers('SavedView', 'invalid')
  @ApiOperation({ summary: 'Saves a view' })
  async add(
    @Body({ schema: viewBody }) asked: z.output<typeof viewBody>,
    @Who() who: Principal,
  ): Promise<SavedViewView> {
    const view = await this.#views.add(reader(who), asked);
    if ('id' in view) return viewOf(view, who);
    throw new ProblemException('invalid', {
      detail: 'There are too many saved views; remove one first.',
      detailVi: 'Đã có quá nhiều khung nhìn; hãy xoá bớt trước.',
    });
  }

  @Put('views/:id')
  @Needs('incidents.read')
  @Answers('SavedView')
  @ApiOperation({ summary: 'Changes a view of one’s own' })
  async change(
    @Param('id') id: string,
    @Body({ schema: viewBody }) asked: z.output<typeof viewBody>,
    @Who() who: Principal,
  ): Promise<SavedViewView> {
    const view = await this.#views.change(reader(who), id, asked);
    if ('reason' in view) throw new ProblemException('not_found');
    return viewOf(view, who);
  }

  @Delete('views/:id')
  @HttpCode(204)
  @Needs('incidents.read')
  @Answers('nothing')
  @ApiOperation({ summary: 'Removes a view of one’s own' })
  async remove(@Param('id') id: string, @Who() who: Principal): Promise<void> {
    const result = await this.#views.remove(reader(who), id);
    if ('reason' in result) throw new ProblemException('not_found');
  }
}

function reader(who: Principal): ViewReader {
  return { user: who.user, place: scopeOf(who) };
}

function viewOf({ owner, ...view }: SavedView, who: Principal): SavedViewView {
  return { ...view, mine: owner === who.user };
}
