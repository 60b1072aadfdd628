const TRANSPORTS: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '2': 'igmp',
  '6': 'tcp',
  '17': 'udp',
  '41': 'ipv6',
  '47': 'gre',
  '50': 'esp',
  '51': 'ah',
  '58': 'ipv6-icmp',
  '89': 'ospf',
  '132': 'sctp',
};

/** Name of an IANA protocol number; undefined for one nobody logs. */
export function transportName(number: string): string | undefined {
  return TRANSPORTS[number];
}

/** A MAC address as ECS writes it: upper case, with dashes. */
export function macAddress(text: string): string {
  return text.toUpperCase().replaceAll(/[:.]/g, '-');
}

/**
 * True for addresses of private, loopback, link-local and multicast networks of IPv4, and their
 * like in IPv6.
 */
export function isPrivateAddress(address: string): boolean {
  if (address.includes(':')) {
    const head = address.slice(0, 4).toLowerCase();
    return address === '::1' || head.startsWith('fc') || head.startsWith('fd') || head === 'fe80';
  }
  if (address.startsWith('10.') || address.startsWith('192.168.')) return true;
  if (address.startsWith('127.') || address.startsWith('169.254.')) return true;
  if (!address.startsWith('172.')) return false;
  const second = Number(address.slice(4, address.indexOf('.', 4)));
  return second >= 16 && second <= 31;
}

/** Which way a connection goes, seen from the network of the device. */
export function directionOf(from: string, to: string): string {
  if (isPrivateAddress(from)) return isPrivateAddress(to) ? 'internal' : 'outbound';
  return isPrivateAddress(to) ? 'inbound' : 'external';
}

/**
 * Top level, registered domain and the rest of a host name; two-part endings of Viet Nam and the
 * like count as one.
 */
export function domainParts(name: string): {
  readonly top: string | undefined;
  readonly registered: string | undefined;
  readonly sub: string | undefined;
} {
  const labels = name.split('.');
  if (labels.length < 2) return { top: undefined, registered: undefined, sub: undefined };
  const second = labels.at(-2)!;
  const country = labels.at(-1)!.length === 2 && labels.length > 2;
  const paired = country && /^(?:com|net|org|gov|edu|co|ac|or|go)$/.test(second);
  const size = paired ? 2 : 1;
  const top = labels.slice(-size).join('.');
  const registered = labels.slice(-size - 1).join('.');
  const sub = labels.slice(0, -size - 1).join('.');
  return { top, registered, sub: sub === '' ? undefined : sub };
}
