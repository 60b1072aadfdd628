export * from './embedded.ts';
export * from './handover.ts';
export * from './shared-batches.ts';
