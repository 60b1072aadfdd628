const HEADER_CHARS_MAX = 8192;

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

function afterColon(text: string): string[] {
  const colon = text.indexOf(':');
  return colon === -1 || colon === text.length - 1 ? [] : [text.slice(colon + 1)];
}

/**
 * Keys that an Authorization header may mean: `Bearer KEY`, `ApiKey KEY` or base64 of `x:KEY`,
 * Basic with any user. At most two, since an ApiKey may be read both ways.
 */
export function keysIn(authorization: string | undefined): readonly string[] {
  if (authorization === undefined || authorization.length > HEADER_CHARS_MAX) return [];
  const [, scheme = '', value = ''] = /^(\S+)\s+(\S.*)$/.exec(authorization.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return [value];
    case 'basic':
      return afterColon(decoded(value));
    case 'apikey':
      return [value, ...afterColon(decoded(value))];
    default:
      return [];
  }
}
