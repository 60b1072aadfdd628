import { documentsContract } from '../../libs/store/contracts/documents.contract.ts';
import { MemoryDocuments } from './memory-documents.ts';

documentsContract('MemoryDocuments', {
  open: () => Promise.resolve(new MemoryDocuments()),
  runs: 100,
});
