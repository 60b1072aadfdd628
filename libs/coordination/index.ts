export * from './embedded.ts';
export * from './ports.ts';
