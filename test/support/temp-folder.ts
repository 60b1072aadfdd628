import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CleanUp } from './clean-up.ts';

/** A new empty folder of the test's own, removed with all it holds when the test is over. */
export function tempFolder(cleanUp: CleanUp): string {
  const folder = mkdtempSync(join(tmpdir(), 'thapcanh-test-'));
  cleanUp(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}
