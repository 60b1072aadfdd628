import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import { allows, Auth, checkOrigin, type Permission, type SignedIn } from '#libs/auth';

import { ProblemException } from '../http/problem.ts';
import { NEEDS_KEY, OPEN_KEY, type KnownRequest } from './access.ts';
import { ServerSettings } from './server-settings.ts';
import { sessionToken } from './session-cookie.ts';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Routes that somebody may still call who has to change the password first. */
const PASSWORD_ROUTES = /^\/api\/v1\/session(\/password)?$/;

/**
 * Lets nobody through whose session or key does not allow the route; what a route needs stands on
 * the route.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #auth: Auth;
  readonly #settings: ServerSettings;

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(Auth) auth: Auth,
    @Inject(ServerSettings) settings: ServerSettings,
  ) {
    this.#reflector = reflector;
    this.#auth = auth;
    this.#settings = settings;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const places = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean>(OPEN_KEY, places)) return true;
    const needed = this.#reflector.getAllAndOverride<Permission | undefined>(NEEDS_KEY, places);
    if (needed === undefined) throw new ProblemException('not_allowed');
    const request = context.switchToHttp().getRequest<KnownRequest>();
    const principal = await this.#principalOf(request);
    if (!allows(principal.role, needed)) throw new ProblemException('not_allowed');
    return true;
  }

  async #principalOf(request: KnownRequest): Promise<SignedIn['principal']> {
    const { authorization } = request.headers;
    if (authorization?.startsWith('Bearer ') === true) {
      const found = await this.#auth.keys.principalOf(authorization.slice('Bearer '.length));
      if ('reason' in found) throw new ProblemException('not_signed_in', { detail: found.reason });
      request.principal = found;
      return found;
    }
    const token = sessionToken(request.headers.cookie);
    if (token === undefined) throw new ProblemException('not_signed_in');
    this.#checkOrigin(request);
    const found = await this.#auth.sessions.authenticate(token);
    if ('reason' in found) throw new ProblemException('not_signed_in', { detail: found.reason });
    if (found.mustChangePassword && !PASSWORD_ROUTES.test(request.url.split('?')[0] ?? '')) {
      throw new ProblemException('must_change_password');
    }
    request.principal = found.principal;
    request.signedIn = found;
    return found.principal;
  }

  /** A cookie goes with every request of a browser, so a change must come from our own pages. */
  #checkOrigin(request: KnownRequest): void {
    if (SAFE_METHODS.includes(request.method)) return;
    const { origin, host } = request.headers;
    if (checkOrigin(origin, host, this.#settings.publicUrl) === 'foreign') {
      throw new ProblemException('wrong_origin');
    }
  }
}
