export { orderedMembers } from './condition.ts';
export * from './entities.ts';
export { groupingOf } from './group-key.ts';
export * from './limits.ts';
export * from './value-text.ts';
export { createCorrelator, type Correlator } from './correlator.ts';
