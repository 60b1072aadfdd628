import type { CompileOptions, SigmaSource } from '#libs/sigma';

/** Rules on their way to a thread that puts them in force. */
export interface RuleBundle {
  readonly sources: readonly SigmaSource[];
  readonly options: CompileOptions;
}
