import { isIPv4 } from 'node:net';

import { parseAddress, type Address } from '../query/address.ts';

const MAPPED_BYTES = 12;

function isMapped(address: Address): boolean {
  for (let at = 0; at < 10; at++) if (address[at] !== 0) return false;
  return address[10] === 0xff && address[11] === 0xff;
}

/** The text that Elasticsearch gives an address: IPv4 dotted, IPv6 as RFC 5952 has it. */
export function ipText(address: Address): string {
  if (isMapped(address)) return address.subarray(MAPPED_BYTES).join('.');
  const groups = Array.from(
    { length: 8 },
    (_, at) => ((address[at * 2] ?? 0) << 8) | (address[at * 2 + 1] ?? 0),
  );
  const gap = longestZeros(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (gap === undefined) return text(groups);
  return `${text(groups.slice(0, gap.from))}::${text(groups.slice(gap.to))}`;
}

function longestZeros(groups: readonly number[]): { from: number; to: number } | undefined {
  let best: { from: number; to: number } | undefined;
  for (let from = 0; from < groups.length; from++) {
    let to = from;
    while (to < groups.length && groups[to] === 0) to++;
    if (to - from >= 2 && (best === undefined || to - from > best.to - best.from)) {
      best = { from, to };
    }
  }
  return best;
}

/** Whether Elasticsearch gives the address back in these very words. */
export function isPlainIp(text: string): boolean {
  if (isIPv4(text)) return true;
  const address = parseAddress(text);
  return address !== undefined && ipText(address) === text;
}
