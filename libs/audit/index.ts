export { anchorHeads, verifyRecord, type ChainVerification } from './anchors.ts';
export { Audit, type Entry, type RecordEntry, type Verification } from './audit.ts';
export { retainDocuments, type Removed, type Retained } from './document-retention.ts';
