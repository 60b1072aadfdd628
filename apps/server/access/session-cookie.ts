const NAME = 'thapcanh_session';

/** The session token among the cookies of a request. */
export function sessionToken(cookies: string | undefined): string | undefined {
  for (const part of (cookies ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === NAME && value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** A cookie that no script reads and no other site sends. */
export function sessionCookie(token: string, expires: number, secure: boolean): string {
  const until = new Date(expires).toUTCString();
  return `${NAME}=${token}; Path=/; HttpOnly; SameSite=Strict; Expires=${until}${secure ? '; Secure' : ''}`;
}

/** Takes the cookie away. */
export function noSessionCookie(secure: boolean): string {
  return sessionCookie('', 0, secure);
}
