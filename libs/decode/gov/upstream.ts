/**
 * Upstream systems of domain.md section 2 by the words that logs use for them; the longer first.
 */
const UPSTREAMS: readonly (readonly [string, string])[] = [
  ['csdldc', 'csdldc'],
  ['vneid', 'vneid'],
  ['dvcqg', 'dvcqg'],
  ['esign', 'esign'],
  ['ndxp', 'ndxp'],
  ['ndop', 'ndop'],
  ['edxml', 'edoc'],
  ['edoc', 'edoc'],
  ['truclienthong', 'edoc'],
  ['payment', 'payment'],
  ['paygov', 'payment'],
  ['tsa.', 'esign'],
];
const TEXT_CHARS_MAX = 2_000;

/**
 * The upstream system that a line names; undefined when it names none. Reads only the start of very
 * long lines.
 */
export function upstreamOf(text: string): string | undefined {
  const lower = text.slice(0, TEXT_CHARS_MAX).toLowerCase();
  for (const [word, upstream] of UPSTREAMS) if (lower.includes(word)) return upstream;
  return undefined;
}

/** Lower-case name of an upstream that a sender states; undefined for what is no short name. */
export function upstreamName(stated: string): string | undefined {
  const name = stated.toLowerCase();
  return /^[a-z][a-z0-9_-]{1,31}$/.test(name) ? name : undefined;
}
