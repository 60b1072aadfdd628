export * from './live.ts';
export * from './rest.ts';
export * from './summary.ts';
