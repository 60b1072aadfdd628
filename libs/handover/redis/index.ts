export { Carriage } from './carriage.ts';
export type { DrainerState } from './drainer.ts';
export { redisMemory } from './memory-gate.ts';
