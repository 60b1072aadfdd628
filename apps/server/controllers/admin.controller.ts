import { randomBytes } from 'node:crypto';

import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { Auth, scopeOf, type Key, type User } from '#libs/auth';
import { Availability, type Localities } from '#libs/availability';
import { CENTRE, Clock, type Principal } from '#libs/model';
import type {
  KeyView,
  LinkView,
  ListView,
  NewKeyView,
  NewUserView,
  UserView,
} from '#libs/protocol';

import { Needs, Who } from '../access/access.ts';
import { placeShape, reachablePlace, within } from '../access/reach.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';

const NAME_CHARS_MAX = 200;
const ROWS_MAX = 1_000;
const CURSOR_CHARS_MAX = 500;
const KEY_DAYS_MAX = 365;
const DAY_MS = 86_400_000;
const LINK_PASSWORD_BYTES = 32;

const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(100),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
});
const userBody = z.strictObject({
  user: z.string().min(1).max(64),
  name: z.string().trim().min(1).max(NAME_CHARS_MAX),
  role: z.enum(['analyst', 'locality', 'manager', 'admin']),
  ...placeShape,
  /** Without one the answer brings a one-time link. */
  password: z.string().min(1).max(1_000).optional(),
});
const keyBody = z.strictObject({
  kind: z.enum(['ingest', 'api']),
  name: z.string().trim().min(1).max(NAME_CHARS_MAX),
  ...placeShape,
  source: z.string().max(NAME_CHARS_MAX).optional(),
  days: z.int().min(1).max(KEY_DAYS_MAX).optional(),
});

@ApiTags('admin')
@Controller('api/v1')
export class AdminController {
  readonly #auth: Auth;
  readonly #audit: Audit;
  readonly #localities: Localities;
  readonly #clock: Clock;

  constructor(
    @Inject(Auth) auth: Auth,
    @Inject(Audit) audit: Audit,
    @Inject(Availability) { localities }: Availability,
    @Inject(Clock) clock: Clock,
  ) {
    this.#clock = clock;
    this.#auth = auth;
    this.#audit = audit;
    this.#localities = localities;
  }

  @Get('users')
  @Needs('users.read')
  @Answers('UserList')
  @ApiOperation({ summary: 'People who may sign in' })
  async users(
    @Query({ schema: pageQuery }) asked: z.output<typeof pageQuery>,
    @Who() who: Principal,
  ): Promise<ListView<UserView>> {
    const page = await this.#auth.users.list(asked.limit, asked.cursor, scopeOf(who));
    const rows = page.rows.map((user) => this.#userView(user));
    return { total: page.total, rows, cursor: page.next ?? null };
  }

  @Post('users')
  @HttpCode(201)
  @Needs('users.write')
  @Answers('NewUser', 'password_weak')
  @ApiOperation({ summary: 'Lets a person in, who sets a password by a link or at first sign-in' })
  async addUser(
    @Body({ schema: userBody }) asked: z.output<typeof userBody>,
    @Who() who: Principal,
  ): Promise<NewUserView> {
    const scope = reachablePlace(asked, who, this.#localities);
    const { user, name, role } = asked;
    // Nobody knows a password that was not given; the link sets the real one.
    const password = asked.password ?? randomBytes(LINK_PASSWORD_BYTES).toString('hex');
    const fresh = { user, name, role, scope, password, mustChangePassword: true };
    const added = await this.#auth.users.add(fresh);
    if ('reason' in added) throw userProblem(added.reason);
    await this.#record(who, 'user.add', added.user, { role, province: scope.province });
    const link = asked.password === undefined ? await this.#link(added.user) : null;
    return { ...this.#userView(added), link };
  }

  @Post('users/:user/link')
  @HttpCode(201)
  @Needs('users.write')
  @Answers('Link')
  @ApiOperation({ summary: 'Makes a one-time link with which a person sets a new password' })
  async linkUser(@Param('user') name: string, @Who() who: Principal): Promise<LinkView> {
    const { user } = await this.#userOf(name, who);
    await this.#record(who, 'user.reset', user, {});
    return this.#link(user);
  }

  @Post('users/:user/end-sessions')
  @HttpCode(200)
  @Needs('users.write')
  @Answers('EndedSessions')
  @ApiOperation({ summary: 'Ends every session of a person, who may sign in again' })
  async endSessions(
    @Param('user') name: string,
    @Who() who: Principal,
  ): Promise<{ ended: number }> {
    const { user } = await this.#userOf(name, who);
    const ended = await this.#auth.sessions.endOthers(user);
    await this.#record(who, 'user.sessions', user, { ended: String(ended) });
    return { ended };
  }

  @Post('users/:user/enable')
  @HttpCode(200)
  @Needs('users.write')
  @Answers('User')
  @ApiOperation({ summary: 'Lets a person in again who was shut out' })
  async enableUser(@Param('user') user: string, @Who() who: Principal): Promise<UserView> {
    const changed = await this.#auth.users.change(user, { disabled: false }, scopeOf(who));
    if ('reason' in changed) throw new ProblemException('not_found');
    await this.#record(who, 'user.enable', user, {});
    return this.#userView(changed);
  }

  @Post('users/:user/disable')
  @HttpCode(200)
  @Needs('users.write')
  @Answers('User', 'invalid')
  @ApiOperation({ summary: 'Shuts a person out and ends all their sessions' })
  async disableUser(@Param('user') user: string, @Who() who: Principal): Promise<UserView> {
    if (user === who.user) {
      throw new ProblemException('invalid', {
        detail: 'Nobody can disable the account they are signed in with.',
        detailVi: 'Không thể tự khoá tài khoản đang đăng nhập.',
      });
    }
    const changed = await this.#auth.users.change(user, { disabled: true }, scopeOf(who));
    if ('reason' in changed) {
      if (changed.reason !== 'last_admin') throw new ProblemException('not_found');
      throw new ProblemException('invalid', {
        detail: 'The last administrator of the centre stays.',
        detailVi: 'Không thể khoá quản trị viên cuối cùng của trung tâm.',
      });
    }
    await this.#auth.sessions.endOthers(user);
    await this.#record(who, 'user.disable', user, {});
    return this.#userView(changed);
  }

  @Get('keys')
  @Needs('keys.read')
  @Answers('KeyList')
  @ApiOperation({ summary: 'Keys of senders and programs, without their secrets' })
  async keys(
    @Query({ schema: pageQuery }) asked: z.output<typeof pageQuery>,
    @Who() who: Principal,
  ): Promise<ListView<KeyView>> {
    const page = await this.#auth.keys.list(scopeOf(who), asked.limit, asked.cursor);
    const rows = page.rows.map((key) => this.#keyView(key));
    return { total: page.total, rows, cursor: page.next ?? null };
  }

  @Post('keys')
  @HttpCode(201)
  @Needs('keys.write')
  @Answers('NewKey')
  @ApiOperation({ summary: 'Makes a key; its text is shown this once' })
  async addKey(
    @Body({ schema: keyBody }) asked: z.output<typeof keyBody>,
    @Who() who: Principal,
  ): Promise<NewKeyView> {
    const place = reachablePlace(asked, who, this.#localities);
    const { kind, name, source, days } = asked;
    const { key, text } = await this.#auth.keys.create({
      kind,
      name,
      place,
      by: who.user,
      ...(source === undefined ? {} : { source }),
      ...(days === undefined ? {} : { expires: this.#clock.now() + days * DAY_MS }),
    });
    await this.#record(who, 'key.create', key.id, { kind, name, province: place.province });
    return { ...this.#keyView(key), text };
  }

  @Delete('keys/:id')
  @HttpCode(200)
  @Needs('keys.write')
  @Answers('Key')
  @ApiOperation({ summary: 'Ends a key for ever' })
  async revokeKey(@Param('id') id: string, @Who() who: Principal): Promise<KeyView> {
    const revoked = await this.#auth.keys.revoke(id, scopeOf(who));
    if ('reason' in revoked) throw new ProblemException('not_found');
    await this.#record(who, 'key.revoke', id, {});
    return this.#keyView(revoked);
  }

  /** A user of the scope of who asks. */
  async #userOf(name: string, who: Principal): Promise<User> {
    return within(await this.#auth.users.get(name), ({ scope }) => scope, who);
  }

  async #link(user: string): Promise<LinkView> {
    const { token, expires } = await this.#auth.issueLink(user);
    return { user, path: `/dat-mat-khau#${token}`, expires: new Date(expires).toISOString() };
  }

  async #record(
    who: Principal,
    what: string,
    target: string,
    facts: Record<string, string>,
  ): Promise<void> {
    await this.#audit.append({ who: who.user, what, target, place: { province: CENTRE }, facts });
  }

  #userView({ user, name, role, scope, disabled, lastSignIn }: User): UserView {
    return {
      user,
      name,
      role,
      scope: this.#localities.nameOf(scope),
      disabled,
      lastSignIn: iso(lastSignIn ?? undefined),
    };
  }

  #keyView(key: Key): KeyView {
    return {
      id: key.id,
      kind: key.kind,
      name: key.name,
      scope: this.#localities.nameOf(key.place),
      source: key.source ?? null,
      by: key.by,
      created: new Date(key.created).toISOString(),
      expires: iso(key.expires),
      revoked: iso(key.revoked),
      lastUsed: iso(key.lastUsed),
    };
  }
}

/** Why a user was not taken, in both languages. */
const USER_REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  user_exists: ['There is a user of this name.', 'Đã có tài khoản này.'],
  bad_user_name: [
    'A user name has small letters, digits, dots, dashes and underscores.',
    'Tên tài khoản chỉ gồm chữ thường không dấu, số, dấu chấm, gạch ngang và gạch dưới.',
  ],
  bad_scope: ['This role does not fit this place.', 'Vai trò này không hợp với phạm vi đã chọn.'],
};

function userProblem(reason: string): ProblemException {
  const [detail, detailVi] = USER_REFUSALS[reason] ?? [reason, reason];
  return new ProblemException('invalid', { detail, detailVi });
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
