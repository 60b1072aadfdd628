import { hash } from 'node:crypto';

import type { Fields } from '#libs/model';

import { asNumber, asText, isIpv4, isIpv6 } from '../fields.ts';

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };

function ipv4Bytes(address: string): number[] {
  return address.split('.').map(Number);
}

function ipv6Bytes(address: string): number[] | undefined {
  const dotted = address.includes('.')
    ? ipv4Bytes(address.slice(address.lastIndexOf(':') + 1))
    : [];
  const plain = dotted.length > 0 ? address.slice(0, address.lastIndexOf(':')) : address;
  const [head, tail] = plain.split('::');
  const groups = (text: string | undefined): number[] =>
    text === undefined || text === ''
      ? []
      : text.split(':').map((each) => Number.parseInt(each, 16));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const missing = 8 - dotted.length / 2 - before.length - after.length;
  if (missing < 0 || (tail === undefined && missing !== 0)) return undefined;
  const all = [...before, ...Array.from({ length: missing }, () => 0), ...after];
  return [...all.flatMap((group) => [group >> 8, group & 255]), ...dotted];
}

function bytesOf(address: string): number[] | undefined {
  if (isIpv4(address)) return ipv4Bytes(address);
  return isIpv6(address) ? ipv6Bytes(address) : undefined;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]!;
  }
  return false;
}

/**
 * Fills `network.community_id` (Corelight's specification, version 1, seed 0), by which the same
 * connection is found in the logs of several devices. Nothing for protocols without ports.
 */
export function putCommunityId(fields: Fields): void {
  const protocol = PROTOCOLS[asText(fields['network.transport']) ?? ''];
  const from = bytesOf(asText(fields['source.ip']) ?? '');
  const to = bytesOf(asText(fields['destination.ip']) ?? '');
  const fromPort = asNumber(fields['source.port']);
  const toPort = asNumber(fields['destination.port']);
  if (protocol === undefined || from === undefined || to === undefined) return;
  if (fromPort === undefined || toPort === undefined || from.length !== to.length) return;
  const inOrder = isLess(from, to) || (!isLess(to, from) && fromPort < toPort);
  const [first, second] = inOrder ? [from, to] : [to, from];
  const [a, b] = inOrder ? [fromPort, toPort] : [toPort, fromPort];
  const tuple = [0, 0, ...first, ...second, protocol, 0, a >> 8, a & 255, b >> 8, b & 255];
  fields['network.community_id'] = `1:${hash('sha1', Uint8Array.from(tuple), 'base64')}`;
}
