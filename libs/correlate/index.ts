export { compares, isPresent, orderedMembers } from './condition.ts';
export * from './entities.ts';
export { groupingOf } from './group-key.ts';
export * from './limits.ts';
export * from './value-text.ts';
export { createCorrelator, type Correlator } from './correlator.ts';
export { isOfficeTime } from './office-hours.ts';
export { createRoutes, type Route, type Routes } from './routes.ts';
