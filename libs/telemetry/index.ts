export * from './health-board.ts';
export * from './log.ts';
export * from './metrics.ts';
export * from './thread-entry.ts';
export { collectWhenQuiet } from './quiet-memory.ts';
