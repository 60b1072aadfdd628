export { type FreeBytes } from './disk-room.ts';
export { type SpoolLimits } from './limits.ts';
export { openSpool, openSpoolReader, type ReaderOptions, type SpoolOptions } from './open.ts';
export { type PutAside, type QuarantineEntry, type SetAside } from './quarantine.ts';
export { SpoolReader, type ReadOptions, type Taken } from './reader.ts';
export type { SpoolBody } from './record.ts';
export { Spool, type Appended, type BeforeStop, type Mended, type SpoolRefusal } from './spool.ts';
