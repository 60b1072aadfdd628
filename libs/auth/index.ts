export { type AttemptLimits } from './attempt-limit.ts';
export {
  Auth,
  type AuthNeeds,
  FIRST_ADMIN,
  type FirstAdmin,
  type LinkRefused,
  type SignInRefused,
} from './auth.ts';
export { type IngestGrant, type Key, type KeyKind, type KeyRefused, type NewKey } from './keys.ts';
export { checkOrigin, type OriginCheck } from './origin.ts';
export { type PasswordCost, type PasswordFault } from './password.ts';
export { allows, type Permission, scopeOf } from './permissions.ts';
export {
  type Session,
  type SessionLimits,
  type SessionRefused,
  type SignedIn,
} from './sessions.ts';
export {
  type LastAdmin,
  type NewUser,
  type PasswordRefused,
  type User,
  type UserRefused,
  type UserUnknown,
} from './users.ts';
