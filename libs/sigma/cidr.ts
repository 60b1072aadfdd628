import type { Network } from './expr.ts';

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
/** An address in text is never longer (IPv6 with an IPv4 tail). */
const ADDRESS_CHARS_MAX = 45;

/**
 * The 4 or 16 bytes of an IP address, undefined for anything else; IPv4 mapped into IPv6 is IPv4.
 */
export function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > ADDRESS_CHARS_MAX) return undefined;
  if (!text.includes(':')) return parseV4(text);
  const bytes = parseV6(text);
  if (bytes !== undefined && MAPPED.every((byte, i) => bytes[i] === byte)) return bytes.slice(12);
  return bytes;
}

/** A network in CIDR notation, or one address; bits behind the prefix are ignored. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (bytes === undefined) return undefined;
  if (slash < 0) return { bytes, bits: bytes.length * 8 };
  const prefix = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix)) return undefined;
  const written = text.slice(0, slash).includes(':') && bytes.length === 4 ? 96 : 0;
  const bits = Number(prefix) - written;
  return bits < 0 || bits > bytes.length * 8 ? undefined : { bytes, bits };
}

/** True when the address lies in the network. */
export function contains(network: Network, address: readonly number[]): boolean {
  if (address.length !== network.bytes.length) return false;
  let bits = network.bits;
  for (let i = 0; bits > 0; i++, bits -= 8) {
    const mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff;
    if ((((address[i] ?? 0) ^ (network.bytes[i] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function parseV4(text: string): number[] | undefined {
  const found = V4.exec(text);
  if (found === null) return undefined;
  const bytes = found.slice(1).map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function parseV6(text: string): number[] | undefined {
  const [address = '', zone, ...more] = text.split('%');
  if (zone === '' || more.length > 0) return undefined;
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const v4 = i === groups.length - 1 ? parseV4(group) : undefined;
    if (v4 !== undefined) bytes.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}
