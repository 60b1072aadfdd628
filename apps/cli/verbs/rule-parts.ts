import { decode } from '#libs/decode';
import type { Fields } from '#libs/model';

export { openCorrelator } from './detect-open.ts';

/** As the collector reads a line of a source whose dataset the register names. */
export function decodeLine(dataset: string, line: string): Fields | undefined {
  const decoded = decode(line, dataset);
  if (decoded.dataset === '') return undefined;
  return Object.assign(decoded.fields, { 'event.dataset': decoded.dataset });
}
