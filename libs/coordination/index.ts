export * from './embedded.ts';
export * from './ports.ts';
export { ThreadLink } from './thread-link.ts';
