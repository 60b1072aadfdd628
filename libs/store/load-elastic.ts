/**
 * The adapters for Elasticsearch. Loaded only where they are used: the client costs a third of a
 * second and 18 MB.
 */
export function loadElastic(): Promise<typeof import('./elastic/index.ts')> {
  return import('./elastic/index.ts');
}
