export { Finisher, type Finished, type RecordOrigin } from './finish.ts';
export { type SecretKind, type Span } from './mask/scan.ts';
export { createRegister, type PlaceClues, type Register } from './place.ts';
export { normalizeSettings, type NormalizeSettings } from './settings.ts';
export { type TimeBounds } from './time.ts';
