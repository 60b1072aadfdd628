export { lockFolder, type LockResult } from './folder-lock.ts';
export { projectFolder } from './project-folder.ts';
