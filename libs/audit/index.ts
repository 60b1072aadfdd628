export { Audit, type Entry, type RecordEntry, type Verification } from './audit.ts';
