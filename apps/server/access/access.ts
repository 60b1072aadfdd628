import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import type { Permission, SignedIn } from '#libs/auth';
import type { Principal } from '#libs/model';

import { ProblemException } from '../http/problem.ts';

export const OPEN_KEY = 'thapcanh:open';
export const NEEDS_KEY = 'thapcanh:needs';
/** Under which the description of a route says what it needs. */
export const NEEDS_EXTENSION = 'x-permission';

/** A route that anybody may call; every other route needs a principal. */
export const Open = (): CustomDecorator => SetMetadata(OPEN_KEY, true);

/**
 * What a route needs beyond being signed in; a route without it is refused to everybody (deny by
 * default).
 */
export const Needs = (permission: Permission): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(NEEDS_KEY, permission), ApiExtension(NEEDS_EXTENSION, permission));

/** A request after the guard: who asks, and the session where it is a person. */
export interface KnownRequest extends FastifyRequest {
  principal?: Principal;
  signedIn?: SignedIn;
}

/** The person or program that asks. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<KnownRequest>();
  if (principal === undefined) throw new TypeError('a route without a guard asked who is there');
  return principal;
});

/** The session of the person that asks; API keys have none. */
export const Here = createParamDecorator((_: unknown, context: ExecutionContext): SignedIn => {
  const { signedIn } = context.switchToHttp().getRequest<KnownRequest>();
  if (signedIn === undefined) throw new ProblemException('not_signed_in');
  return signedIn;
});
