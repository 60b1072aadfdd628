export { compile } from './compile.ts';
export * from './explanation.ts';
export type * from './expr.ts';
export type { FieldRef, Making } from './fields/field-ref.ts';
export type { Refusal, RefusalReason } from './refusal.ts';
export * from './route/logsource.ts';
export { mayFeed } from './route/may-feed.ts';
export type * from './rule-set.ts';
export type { SigmaSource } from './source.ts';
