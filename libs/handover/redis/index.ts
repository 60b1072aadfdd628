export { BatchBox, type BoxedBatch } from './batch-box.ts';
export { BullHandover } from './bull-handover.ts';
export { Drainer, type DrainerState } from './drainer.ts';
export { redisMemory } from './memory-gate.ts';
export { ParkedBox, type ParkedBatch } from './parked.ts';
export { Carriage } from './carriage.ts';
