export { lockFolder, type LockResult } from './folder-lock.ts';
