import type { Decoded } from '#libs/model';

import { listOf, put, wholeNumber } from '../fields.ts';
import { Pairs, readPairs } from '../key-values.ts';
import { putCommunityId } from '../net/community-id.ts';
import { macAddress, transportName } from '../net/names.ts';

const scratch = new Pairs();

/** What was done, by the names that people and Ubiquiti give their rules. */
function putVerdict(into: Decoded, prefix: string): void {
  const { fields } = into;
  const named = /\[([\w.-]+?)-(\w+)-([ADR])\]/.exec(prefix);
  if (named !== null) {
    fields['rule.name'] = named[1]!;
    fields['rule.id'] = named[2]!;
  }
  const denied = named === null ? /drop|den(?:y|ied)|reject|block/i.test(prefix) : named[3] !== 'A';
  const accepted = named === null ? /accept|allow/i.test(prefix) : named[3] === 'A';
  fields['event.category'] = ['network'];
  if (!denied && !accepted) return;
  fields['event.action'] = denied ? 'drop' : 'accept';
  fields['event.type'] = [denied ? 'denied' : 'allowed', 'connection'];
}

/**
 * netfilter's LOG target in a kernel line: `[rule]IN=eth0 OUT= MAC=… SRC=… DST=… PROTO=UDP SPT=…
 * DPT=…`.
 */
export function decodeIptables(message: string, into: Decoded): boolean {
  const start = message.indexOf('IN=');
  if (start === -1 || start > 200 || !message.includes(' SRC=')) return false;
  const pairs = scratch;
  pairs.clear();
  readPairs(message, start, pairs);
  const { fields } = into;
  putVerdict(into, message.slice(0, start));
  const source = pairs.get('SRC');
  const destination = pairs.get('DST');
  put(fields, 'source.ip', source);
  put(fields, 'destination.ip', destination);
  put(fields, 'source.port', wholeNumber(pairs.get('SPT')));
  put(fields, 'destination.port', wholeNumber(pairs.get('DPT')));
  put(fields, 'related.ip', listOf(source, destination));
  const protocol = pairs.get('PROTO')?.toLowerCase() ?? '';
  fields['network.transport'] = transportName(protocol) ?? protocol;
  fields['network.type'] = source?.includes(':') === true ? 'ipv6' : 'ipv4';
  putCommunityId(fields);
  const mac = pairs.get('MAC');
  if (mac !== undefined && mac.length >= 35) {
    fields['destination.mac'] = macAddress(mac.slice(0, 17));
    fields['source.mac'] = macAddress(mac.slice(18, 35));
  }
  put(fields, 'iptables.input_device', pairs.get('IN'));
  put(fields, 'iptables.output_device', pairs.get('OUT'));
  put(fields, 'iptables.ttl', wholeNumber(pairs.get('TTL')));
  put(fields, 'iptables.id', wholeNumber(pairs.get('ID')));
  return true;
}
