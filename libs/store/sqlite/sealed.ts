import { readFileSync } from 'node:fs';

import { replaceFile } from './durable-file.ts';

/** Says that a day is sealed and how many events it holds. */
export function writeSeal(file: string, events: number): void {
  replaceFile(file, `${events}\n`);
}

/** Events of a sealed day; undefined when it is not sealed. */
export function sealedEvents(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
