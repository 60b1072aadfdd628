import { readFile } from 'node:fs/promises';

import { load } from 'js-yaml';
import { z } from 'zod';

const schema = z.record(z.string(), z.array(z.coerce.string()).min(1));

/** The values of placeholders of a file, or what is wrong with it. */
export async function readPlaceholders(
  file: string,
): Promise<{ values: Record<string, string[]> } | { problem: string }> {
  let written: unknown;
  try {
    written = load(await readFile(file, 'utf8'));
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const read = schema.safeParse(written);
  return read.success ? { values: read.data } : { problem: 'it must hold lines "name: [value]"' };
}
