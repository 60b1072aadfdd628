/** One file of rules. */
export interface SigmaSource {
  readonly file: string;
  readonly text: string;
  /** The pack it came with. */
  readonly pack?: string;
}

/** A place in a source; `offset` in UTF-16 units. */
export interface Origin {
  readonly source: SigmaSource;
  readonly offset: number;
}
