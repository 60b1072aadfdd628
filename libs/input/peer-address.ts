/**
 * An address as the register has it: without port, IPv4 without the IPv6 prefix of dual-stack
 * sockets.
 */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
