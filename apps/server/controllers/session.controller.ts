import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { Audit } from '#libs/audit';
import { Auth, checkOrigin, type PasswordRefused, type SignedIn } from '#libs/auth';
import { Availability, type Localities } from '#libs/availability';
import { CENTRE } from '#libs/model';
import type { SessionView } from '#libs/protocol';

import { Here, Needs, Open } from '../access/access.ts';
import { ServerSettings } from '../access/server-settings.ts';
import { noSessionCookie, sessionCookie } from '../access/session-cookie.ts';
import { Answers } from '../answers/answers.ts';
import { ProblemException } from '../http/problem.ts';

const PASSWORD_CHARS_MAX = 1_000;
const NAME_CHARS_MAX = 200;
const TOKEN_CHARS_MAX = 200;

const password = z.string().min(1).max(PASSWORD_CHARS_MAX);
const signInBody = z.strictObject({ username: z.string().max(NAME_CHARS_MAX), password });
const changeBody = z.strictObject({ current: password, next: password });
const linkBody = z.strictObject({ token: z.string().max(TOKEN_CHARS_MAX), password });

const FAULTS: Readonly<Record<PasswordRefused['fault'], readonly [string, string]>> = {
  too_short: ['It needs at least 14 characters.', 'Mật khẩu cần ít nhất 14 ký tự.'],
  too_long: ['It is too long.', 'Mật khẩu quá dài.'],
  contains_user: ['It must not hold the user name.', 'Mật khẩu không được chứa tên tài khoản.'],
  too_simple: ['It has too few different characters.', 'Mật khẩu có quá ít ký tự khác nhau.'],
  same_as_before: ['It must differ from the one before.', 'Mật khẩu mới phải khác mật khẩu cũ.'],
};

@ApiTags('session')
@Controller('api/v1')
export class SessionController {
  readonly #auth: Auth;
  readonly #audit: Audit;
  readonly #settings: ServerSettings;
  readonly #localities: Localities;

  constructor(
    @Inject(Auth) auth: Auth,
    @Inject(Audit) audit: Audit,
    @Inject(ServerSettings) settings: ServerSettings,
    @Inject(Availability) { localities }: Availability,
  ) {
    this.#auth = auth;
    this.#audit = audit;
    this.#settings = settings;
    this.#localities = localities;
  }

  @Post('session')
  @HttpCode(200)
  @Open()
  @Answers('Session', 'wrong_password', 'locked_out', 'busy', 'wrong_origin')
  @ApiOperation({ summary: 'Signs in and sets the session cookie' })
  async signIn(
    @Body({ schema: signInBody }) asked: z.output<typeof signInBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    this.#refuseForeign(request);
    const from = { address: request.ip, agent: request.headers['user-agent'] ?? '' };
    const result = await this.#auth.signIn(asked.username, asked.password, from);
    if ('reason' in result) {
      await this.#record(asked.username, 'session.refused', { ...from, reason: result.reason });
      throw signInProblem(result);
    }
    await this.#record(result.principal.user, 'session.begin', from);
    const { expires } = result.session;
    void reply.header('set-cookie', sessionCookie(result.token, expires, this.#settings.secure));
    return this.#view(result);
  }

  @Get('session')
  @Needs('session.own')
  @Answers('Session')
  @ApiOperation({ summary: 'Who is signed in' })
  current(@Here() here: SignedIn): SessionView {
    return this.#view(here);
  }

  @Delete('session')
  @HttpCode(204)
  @Needs('session.own')
  @Answers('nothing')
  @ApiOperation({ summary: 'Signs out' })
  async signOut(
    @Here() here: SignedIn,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.#auth.sessions.end(here.session.id);
    await this.#record(here.principal.user, 'session.end', {});
    void reply.header('set-cookie', noSessionCookie(this.#settings.secure));
  }

  @Post('session/password')
  @HttpCode(200)
  @Needs('session.own')
  @Answers('Session', 'wrong_password', 'locked_out', 'busy', 'password_weak', 'not_found')
  @ApiOperation({ summary: 'Changes one’s own password; all other sessions end' })
  async changePassword(
    @Body({ schema: changeBody }) asked: z.output<typeof changeBody>,
    @Here() here: SignedIn,
  ): Promise<SessionView> {
    const result = await this.#auth.changePassword(here, asked.current, asked.next);
    if ('reason' in result) throw passwordProblem(result);
    await this.#record(here.principal.user, 'password.change', {});
    return this.#view({ ...here, mustChangePassword: false });
  }

  @Post('session/link')
  @HttpCode(204)
  @Open()
  @Answers('nothing', 'link_unknown', 'password_weak', 'not_found', 'wrong_origin')
  @ApiOperation({ summary: 'Sets a password by a one-time link' })
  async redeem(
    @Body({ schema: linkBody }) asked: z.output<typeof linkBody>,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    this.#refuseForeign(request);
    const result = await this.#auth.redeemLink(asked.token, asked.password);
    if ('reason' in result) throw passwordProblem(result);
    await this.#record(result.user, 'password.link', { address: request.ip });
  }

  @Get('sessions')
  @Needs('session.own')
  @Answers('OwnSessions')
  @ApiOperation({ summary: 'One’s own sessions' })
  async sessions(@Here() here: SignedIn): Promise<{
    rows: {
      id: string;
      created: string;
      seen: string;
      address: string;
      agent: string;
      current: boolean;
    }[];
  }> {
    const list = await this.#auth.sessions.list(here.principal.user);
    return {
      rows: list.map(({ id, created, seen, address, agent }) => ({
        id,
        created: new Date(created).toISOString(),
        seen: new Date(seen).toISOString(),
        address,
        agent,
        current: id === here.session.id,
      })),
    };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @Needs('session.own')
  @Answers('nothing')
  @ApiOperation({ summary: 'Ends one of one’s own sessions' })
  async endSession(@Param('id') id: string, @Here() here: SignedIn): Promise<void> {
    const own = await this.#auth.sessions.list(here.principal.user);
    if (!own.some((session) => session.id === id)) throw new ProblemException('not_found');
    await this.#auth.sessions.end(id);
    await this.#record(here.principal.user, 'session.end', { session: id.slice(0, 8) });
  }

  #refuseForeign(request: FastifyRequest): void {
    const { origin, host } = request.headers;
    if (checkOrigin(origin, host, this.#settings.publicUrl) === 'foreign') {
      throw new ProblemException('wrong_origin');
    }
  }

  async #record(who: string, what: string, facts: Record<string, string>): Promise<void> {
    const target = who.slice(0, NAME_CHARS_MAX);
    await this.#audit.append({ who: target, what, target, place: { province: CENTRE }, facts });
  }

  #view({ principal, session, mustChangePassword }: SignedIn): SessionView {
    return {
      user: principal.user,
      name: principal.name,
      role: principal.role,
      scope: this.#localities.nameOf(principal.scope),
      expires: new Date(session.expires).toISOString(),
      mustChangePassword,
    };
  }
}

type SignInRefusal = Exclude<Awaited<ReturnType<Auth['signIn']>>, { token: string }>;

function signInProblem(refused: SignInRefusal): ProblemException {
  if (refused.reason === 'wrong_user_or_password') return new ProblemException('wrong_password');
  if (refused.reason === 'busy') return new ProblemException('busy');
  const until = new Date(refused.until);
  const clock = until.toLocaleTimeString('vi-VN', {
    timeZone: 'Asia/Ho_Chi_Minh',
    hour: '2-digit',
    minute: '2-digit',
  });
  return new ProblemException('locked_out', {
    detail: `Too many attempts; try again at ${clock}.`,
    detailVi: `Đã thử quá nhiều lần; thử lại sau ${clock}.`,
  });
}

type PasswordRefusal =
  | SignInRefusal
  | PasswordRefused
  | { readonly reason: 'user_unknown' | 'link_unknown' | 'link_expired' };

function passwordProblem(refused: PasswordRefusal): ProblemException {
  switch (refused.reason) {
    case 'password_refused': {
      const [detail, detailVi] = FAULTS[refused.fault];
      return new ProblemException('password_weak', { detail, detailVi });
    }
    case 'link_unknown':
    case 'link_expired':
      return new ProblemException('link_unknown');
    case 'user_unknown':
      return new ProblemException('not_found');
    case 'busy':
    case 'locked_out':
    case 'wrong_user_or_password':
      return signInProblem(refused);
  }
}
