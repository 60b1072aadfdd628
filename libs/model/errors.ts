/**
 * The same input will fail for ever: park it with its reason, never retry it. Anything else is
 * retried.
 */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}
