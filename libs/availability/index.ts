export { Availability } from './availability.ts';
export { checkOnce } from './probe/check.ts';
export { ProbeRunner, type ProbeStanding } from './probe/probe-runner.ts';
export { foldName, Localities, type PlaceName } from './register/localities.ts';
export { PROVINCES, type Province } from './register/provinces.ts';
export {
  RegisterBook,
  type RegisterKind,
  type RegisterRefusal,
  type RegisterSnapshot,
} from './register/register-book.ts';
export {
  placeOfCode,
  readSourceTable,
  type SourceTable,
  type TableFault,
} from './register/source-table.ts';
export {
  SourceTracker,
  type SenderTally,
  type SourceStanding,
  type UnknownSender,
} from './silence/source-tracker.ts';
export { verdictRecord, type Tell, type Verdict } from './verdict.ts';
