export { FencedOff, RedisStateStore } from './redis-state-store.ts';
