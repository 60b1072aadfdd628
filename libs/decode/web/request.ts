import type { Fields } from '#libs/model';

const EXTENSION_CHARS_MAX = 12;

/** Undoes `%41`; a text that is no valid escape stays as it is. */
function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Fills `url.original`, `url.path`, `url.query`, `url.extension` from what stood in the request
 * line.
 */
export function putUrl(fields: Fields, original: string): void {
  fields['url.original'] = original;
  let start = 0;
  if (original.charCodeAt(0) !== 47) {
    const scheme = original.indexOf('://');
    if (scheme > 0 && scheme < 12) {
      fields['url.scheme'] = original.slice(0, scheme);
      start = original.indexOf('/', scheme + 3);
      const host = original.slice(scheme + 3, start === -1 ? original.length : start);
      if (host !== '') fields['url.domain'] = host;
      if (start === -1) return;
    } else return;
  }
  let end = original.length;
  const hash = original.indexOf('#', start);
  if (hash !== -1) {
    fields['url.fragment'] = original.slice(hash + 1);
    end = hash;
  }
  const mark = original.indexOf('?', start);
  if (mark !== -1 && mark < end) {
    fields['url.query'] = percentDecoded(original.slice(mark + 1, end));
    end = mark;
  }
  const path = percentDecoded(original.slice(start, end));
  fields['url.path'] = path;
  const dot = path.lastIndexOf('.');
  if (dot > path.lastIndexOf('/') && path.length - dot - 1 <= EXTENSION_CHARS_MAX) {
    if (dot + 1 < path.length) fields['url.extension'] = path.slice(dot + 1);
  }
}

/**
 * Fills method, version and URL from `POST /api HTTP/1.1`; what is no request line is left to the
 * original.
 */
export function putRequest(fields: Fields, request: string): void {
  const first = request.indexOf(' ');
  if (first <= 0) return;
  const method = request.slice(0, first);
  for (let i = 0; i < method.length; i++) {
    const code = method.charCodeAt(i);
    if (!((code >= 65 && code <= 90) || code === 95 || code === 45)) return;
  }
  fields['http.request.method'] = method;
  const last = request.lastIndexOf(' ');
  const versioned = last > first && request.startsWith('HTTP/', last + 1);
  const url = request.slice(first + 1, versioned ? last : request.length);
  if (versioned) fields['http.version'] = request.slice(last + 6);
  if (url !== '') putUrl(fields, url);
}
