export { splitBody, type SplitOutcome, type TakeRecord } from './body/split.ts';
export type { Decoder, DecodeResult } from './decoder.ts';
export * from './limits.ts';
export { decode } from './recognize.ts';
