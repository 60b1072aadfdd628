import type { Decoded } from '#libs/model';

/**
 * `understood`: the fields are filled; `other`: not this format, nothing was touched; `broken`:
 * this format, but cut or damaged, and nothing was touched.
 */
export type DecodeResult = 'understood' | 'other' | 'broken';

/**
 * Reads one format. A decoder never throws, is linear in the text, and touches `into` only when it
 * understands.
 */
export interface Decoder {
  /** What it writes into `event.dataset`. */
  readonly dataset: string;
  decode(text: string, into: Decoded): DecodeResult;
}
