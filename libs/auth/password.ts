import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Cost of a hash; travels with it, so that a later, higher cost leaves old passwords valid. */
export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** 19 MiB, 2 passes: about 35 ms. */
export const PASSWORD_COST: PasswordCost = { memoryKiB: 19_456, passes: 2, lanes: 1 };
/**
 * Without a second factor a password has at least this many characters (domain.md §3, TCVN 14423).
 */
const PASSWORD_CHARS_MIN = 14;
const PASSWORD_CHARS_MAX = 256;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Bounds on the cost a stored hash may ask for, so that a forged one cannot eat the machine. */
const MEMORY_KIB_MAX = 262_144;
const PASSES_MAX = 10;
const LANES_MAX = 8;
const VERSION = 19;

const derive = promisify(
  (parameters: Argon2Parameters, done: (e: Error | null, k: Buffer) => void) =>
    argon2('argon2id', parameters, done),
);

function parametersOf(
  password: string,
  salt: Buffer,
  cost: PasswordCost,
  bytes: number,
): Argon2Parameters {
  return {
    message: Buffer.from(password.normalize('NFC')),
    nonce: salt,
    memory: cost.memoryKiB,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength: bytes,
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** The password as a PHC string (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`). */
export async function hashPassword(
  password: string,
  cost: PasswordCost = PASSWORD_COST,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(parametersOf(password, salt, cost, HASH_BYTES));
  const { memoryKiB, passes, lanes } = cost;
  return `$argon2id$v=${VERSION}$m=${memoryKiB},t=${passes},p=${lanes}$${base64(salt)}$${base64(key)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * `outdated`: right, but hashed at another cost than today's; hash it again now that it is known.
 */
export type PasswordCheck = 'right' | 'outdated' | 'wrong';

/** Compares in constant time; a string that is no PHC string of ours is wrong, never an error. */
export async function checkPassword(
  password: string,
  phc: string,
  cost: PasswordCost = PASSWORD_COST,
): Promise<PasswordCheck> {
  const found = PHC.exec(phc);
  if (found === null) return 'wrong';
  const [, m, t, p, salt = '', hash = ''] = found;
  const stored: PasswordCost = { memoryKiB: Number(m), passes: Number(t), lanes: Number(p) };
  const tooDear =
    stored.memoryKiB > MEMORY_KIB_MAX || stored.passes > PASSES_MAX || stored.lanes > LANES_MAX;
  if (tooDear || stored.memoryKiB < 8 * stored.lanes || stored.passes < 1 || stored.lanes < 1) {
    return 'wrong';
  }
  const expected = Buffer.from(hash, 'base64');
  const key = await derive(
    parametersOf(password, Buffer.from(salt, 'base64'), stored, expected.length),
  );
  if (!timingSafeEqual(key, expected)) return 'wrong';
  const same =
    stored.memoryKiB === cost.memoryKiB &&
    stored.passes === cost.passes &&
    stored.lanes === cost.lanes;
  return same ? 'right' : 'outdated';
}

/** Why a password cannot be taken. */
export type PasswordFault = 'too_short' | 'too_long' | 'contains_user' | 'too_simple';

const DISTINCT_CHARS_MIN = 5;

/** What is wrong with a password that a person chose, if anything. */
export function passwordFault(password: string, user: string): PasswordFault | undefined {
  const chars = Array.from(password.normalize('NFC'));
  if (chars.length < PASSWORD_CHARS_MIN) return 'too_short';
  if (chars.length > PASSWORD_CHARS_MAX) return 'too_long';
  if (password.toLowerCase().includes(user.toLowerCase())) return 'contains_user';
  if (new Set(chars).size < DISTINCT_CHARS_MIN) return 'too_simple';
  return undefined;
}
