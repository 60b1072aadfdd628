import { isIPv4, isIPv6 } from 'node:net';

/**
 * An IP address as 16 bytes; IPv4 stands as its mapped IPv6 address, so that both forms are one.
 */
export type Address = Uint8Array;

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const;

function parseV4(text: string): Address {
  return Uint8Array.from([...MAPPED, ...text.split('.').map(Number)]);
}

/** Undefined when `text` is not an IP address. Zones (`fe80::1%eth0`) are left out. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return parseV4(text);
  if (!isIPv6(text)) return undefined;
  let plain = text.replace(/%.*$/, '');
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (dotted?.[1] !== undefined && dotted[2] !== undefined) {
    const [a = 0, b = 0, c = 0, d = 0] = dotted[2].split('.').map(Number);
    plain = `${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const bytes = new Uint8Array(16);
  front.forEach((group, index) => put(bytes, index, group));
  back.forEach((group, index) => put(bytes, 8 - back.length + index, group));
  return bytes;
}

function put(bytes: Uint8Array, group: number, hex: string): void {
  const value = Number.parseInt(hex, 16);
  bytes[group * 2] = value >> 8;
  bytes[group * 2 + 1] = value & 0xff;
}

export function compareAddresses(a: Address, b: Address): number {
  for (let at = 0; at < 16; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export interface Network {
  readonly base: Address;
  /** Leading bits that must agree, of 128. */
  readonly bits: number;
}

/** Reads `10.0.0.0/8` or `2001:db8::/32`; undefined when it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const parts = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text);
  const base = parts?.[1] === undefined ? undefined : parseAddress(parts[1]);
  if (base === undefined || parts?.[1] === undefined) return undefined;
  const bits = Number(parts[2]) + (parts[1].includes(':') ? 0 : 96);
  return bits > 128 ? undefined : { base, bits };
}

export function contains(network: Network, address: Address): boolean {
  const whole = network.bits >> 3;
  for (let at = 0; at < whole; at++) if (network.base[at] !== address[at]) return false;
  const rest = network.bits & 7;
  if (rest === 0) return true;
  const mask = 0xff00 >> rest;
  return ((network.base[whole] ?? 0) & mask & 0xff) === ((address[whole] ?? 0) & mask & 0xff);
}
