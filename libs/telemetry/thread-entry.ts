import type { WorkerOptions } from 'node:worker_threads';

/**
 * Where a worker thread's entry lies beside its caller, in the sources (run by Node's type
 * stripping) and in the
 * build alike, with the options it needs there. `name` is the file without its extension.
 */
export function threadEntry(
  callerUrl: string,
  name: string,
): { readonly url: URL; readonly options: WorkerOptions } {
  const fromSource = callerUrl.endsWith('.ts');
  const url = new URL(`./${name}${fromSource ? '.ts' : '.js'}`, callerUrl);
  return { url, options: fromSource ? { execArgv: ['--conditions=source'] } : {} };
}
