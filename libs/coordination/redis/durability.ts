import type { Redis } from 'ioredis';

/** Settings without which Redis loses what it said it had. */
const NEEDED: Readonly<Record<string, string>> = {
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
};

/**
 * What is wrong with the settings of this Redis, a sentence each that names the setting; none when
 * it may be trusted. A setting that may not be read counts as wrong.
 */
export async function durabilityProblems(redis: Redis): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [setting, needed] of Object.entries(NEEDED)) {
    let found: string | undefined;
    try {
      found = (await redis.config('GET', setting))[1];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push(`${setting} cannot be read, allow CONFIG GET to this user: ${why}`);
      continue;
    }
    if (found === needed) continue;
    const is = found === undefined ? 'is unknown' : `is ${found === '' ? 'empty' : found}`;
    problems.push(`${setting} ${is}, it must be ${needed}`);
  }
  return problems;
}
