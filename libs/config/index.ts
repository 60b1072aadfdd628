export * from './load.ts';
export * from './print.ts';
export type { Config } from './schema.ts';
