/** Whether a request that carries a cookie comes from our own pages. */
export type OriginCheck = 'own' | 'absent' | 'foreign';

/**
 * Compares the Origin header with where the console is reached: the configured public URL, or the
 * host the request names. A browser sends Origin with every request that changes something and with
 * every websocket; `absent` is a program, which no page can make send a cookie.
 */
export function checkOrigin(
  origin: string | undefined,
  host: string | undefined,
  publicUrl: string | undefined,
): OriginCheck {
  if (origin === undefined || origin === '') return 'absent';
  if (!URL.canParse(origin)) return 'foreign';
  const given = new URL(origin);
  if (publicUrl !== undefined && URL.canParse(publicUrl)) {
    if (given.origin === new URL(publicUrl).origin) return 'own';
  }
  if (host === undefined || (given.protocol !== 'http:' && given.protocol !== 'https:')) {
    return 'foreign';
  }
  return given.host === host.toLowerCase() ? 'own' : 'foreign';
}
