export { durabilityProblems } from './durability.ts';
export { RedisBroadcast } from './redis-broadcast.ts';
export { RedisChangeLog } from './redis-change-log.ts';
export { RedisClock } from './redis-clock.ts';
export { RedisLease } from './redis-lease.ts';
export { RedisLink, redisOptions } from './redis-link.ts';
export { RedisRoster } from './redis-roster.ts';
