export * from './desk.ts';
export * from './live.ts';
export * from './rest.ts';
export * from './rule-work.ts';
export * from './rules.ts';
export * from './summary.ts';
