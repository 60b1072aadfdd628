export { ACCOUNT_LIMITS, ADDRESS_LIMITS, type AttemptLimits } from './attempt-limit.ts';
export {
  Auth,
  type AuthNeeds,
  FIRST_ADMIN,
  type FirstAdmin,
  LINK_LIFE_MS,
  type LinkRefused,
  type SignInRefused,
} from './auth.ts';
export {
  FIXED_KEY_ID,
  type IngestGrant,
  type Key,
  type KeyKind,
  type KeyRefused,
  Keys,
  type NewKey,
} from './keys.ts';
export { checkOrigin, type OriginCheck } from './origin.ts';
export {
  checkPassword,
  hashPassword,
  PASSWORD_CHARS_MAX,
  PASSWORD_CHARS_MIN,
  PASSWORD_COST,
  type PasswordCost,
  type PasswordFault,
} from './password.ts';
export { allows, type Permission, PERMISSIONS, scopeOf } from './permissions.ts';
export {
  principalOf,
  type Session,
  SESSION_LIMITS,
  type SessionLimits,
  type SessionRefused,
  Sessions,
  type SignedIn,
} from './sessions.ts';
export {
  type LastAdmin,
  type NewUser,
  type PasswordRefused,
  type User,
  userId,
  type UserRefused,
  Users,
  type UserUnknown,
} from './users.ts';
