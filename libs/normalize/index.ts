export { findDossierCodes } from './dossier.ts';
export { Finisher, type Finished, type RecordOrigin } from './finish.ts';
export { Masked, Masker } from './mask/masker.ts';
export { findSecrets, type SecretKind, type Span } from './mask/scan.ts';
export { createRegister, resolvePlace, type PlaceClues, type Register } from './place.ts';
export { DEFAULT_ZONE_MINUTES, normalizeSettings, type NormalizeSettings } from './settings.ts';
export { instantOf, isoTime, judgeTime, TIME_BOUNDS, type TimeBounds } from './time.ts';
