import type { Fields, FieldValue } from '#libs/model';

/** A list without repeats and absent values; undefined when nothing is left. */
export function listOf(...values: readonly (string | undefined)[]): string[] | undefined {
  const list: string[] = [];
  for (const value of values) {
    if (value !== undefined && value !== '' && !list.includes(value)) list.push(value);
  }
  return list.length > 0 ? list : undefined;
}

/** Sets the field unless the value is absent. */
export function put(fields: Fields, name: string, value: FieldValue | undefined): void {
  if (value !== undefined) fields[name] = value;
}

/** Sets the field unless the value is absent, empty or the `-` of web logs. */
export function putText(fields: Fields, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '' && value !== '-') fields[name] = value;
}

/**
 * A whole number of at most 15 digits; undefined for anything else, so that a number is never a
 * guess.
 */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 15) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** A decimal such as `0.412`; undefined for anything else. */
export function decimal(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 20) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 46 && !(code >= 48 && code <= 57)) return undefined;
  }
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** True for an IPv4 address in dotted form. */
export function isIpv4(text: string): boolean {
  if (text.length < 7 || text.length > 15) return false;
  let dots = 0;
  let part = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0) return false;
      dots++;
      part = -1;
    } else if (code >= 48 && code <= 57) {
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return false;
    } else return false;
  }
  return dots === 3 && part >= 0;
}

/** True for what has the look of an IPv6 address: hexadecimal groups, at least two colons. */
export function isIpv6(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false;
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 58) colons++;
    else if (code === 46) return colons >= 2 && isIpv4(text.slice(text.lastIndexOf(':') + 1));
    else if (!((code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102)))
      return false;
  }
  return colons >= 2 && colons <= 7;
}

/** True for an IP address of either kind. */
export function isIp(text: string): boolean {
  return text.charCodeAt(0) <= 57 && isIpv4(text) ? true : isIpv6(text);
}

/** Fills `source.address`, and `source.ip` where it is an address. */
export function putSource(fields: Fields, address: string): void {
  fields['source.address'] = address;
  if (isIp(address)) fields['source.ip'] = address;
}

/** The value when it is text. */
export function asText(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value when it is a number. */
export function asNumber(value: FieldValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
