import type { Fields } from '#libs/model';

import { asText, isIp, listOf, put, wholeNumber } from '../fields.ts';
import { baseName, eventData, putImage, splitCommandLine } from './security.ts';

type Meaning = readonly [action: string, category: readonly string[], type: readonly string[]];

/** By event id (Sysinternals Sysmon 15). */
const EVENTS: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [1, ['process-created', ['process'], ['start']]],
  [2, ['file-creation-time-changed', ['file'], ['change']]],
  [3, ['network-connection', ['network'], ['start', 'connection', 'protocol']]],
  [4, ['sysmon-service-state-changed', ['process'], ['change']]],
  [5, ['process-terminated', ['process'], ['end']]],
  [6, ['driver-loaded', ['driver'], ['start']]],
  [7, ['image-loaded', ['process'], ['change']]],
  [8, ['remote-thread-created', ['process'], ['change']]],
  [9, ['raw-access-read', ['process'], ['access']]],
  [10, ['process-accessed', ['process'], ['access']]],
  [11, ['file-created', ['file'], ['creation']]],
  [12, ['registry-object-changed', ['registry'], ['change']]],
  [13, ['registry-value-set', ['registry'], ['change']]],
  [14, ['registry-renamed', ['registry'], ['change']]],
  [15, ['file-stream-created', ['file'], ['access']]],
  [16, ['sysmon-config-changed', ['configuration'], ['change']]],
  [17, ['pipe-created', ['file'], ['creation']]],
  [18, ['pipe-connected', ['file'], ['access']]],
  [19, ['wmi-filter', ['process'], ['info']]],
  [20, ['wmi-consumer', ['process'], ['info']]],
  [21, ['wmi-binding', ['process'], ['info']]],
  [22, ['dns-query', ['network'], ['connection', 'protocol', 'info']]],
  [23, ['file-deleted', ['file'], ['deletion']]],
  [25, ['process-tampered', ['process'], ['change']]],
  [26, ['file-delete-detected', ['file'], ['deletion']]],
]);

function putHashes(fields: Fields, prefix: string): void {
  const hashes = eventData(fields, 'Hashes');
  if (hashes === undefined) return;
  const related: string[] = [];
  for (const part of hashes.split(',', 8)) {
    const equals = part.indexOf('=');
    if (equals <= 0) continue;
    const name = part.slice(0, equals).toLowerCase();
    const value = part.slice(equals + 1).toLowerCase();
    related.push(value);
    if (name === 'imphash')
      fields[`${prefix === 'process' ? 'process' : 'file'}.pe.imphash`] = value;
    else if (/^(?:md5|sha1|sha256)$/.test(name)) fields[`${prefix}.hash.${name}`] = value;
  }
  put(fields, 'related.hash', listOf(...related));
}

function putUser(fields: Fields): void {
  const user = eventData(fields, 'User');
  if (user === undefined) return;
  const slash = user.indexOf('\\');
  fields['user.name'] = user.slice(slash + 1);
  if (slash > 0) fields['user.domain'] = user.slice(0, slash);
  fields['related.user'] = [user.slice(slash + 1)];
}

function putProcess(fields: Fields): void {
  putImage(fields, 'process', eventData(fields, 'Image') ?? eventData(fields, 'SourceImage'));
  put(fields, 'process.pid', wholeNumber(eventData(fields, 'ProcessId')));
  put(fields, 'process.entity_id', eventData(fields, 'ProcessGuid'));
  const line = eventData(fields, 'CommandLine');
  if (line !== undefined) {
    fields['process.command_line'] = line;
    fields['process.args'] = splitCommandLine(line);
  }
  put(fields, 'process.working_directory', eventData(fields, 'CurrentDirectory'));
  put(fields, 'process.pe.original_file_name', eventData(fields, 'OriginalFileName'));
  putImage(fields, 'process.parent', eventData(fields, 'ParentImage'));
  put(fields, 'process.parent.pid', wholeNumber(eventData(fields, 'ParentProcessId')));
  put(fields, 'process.parent.command_line', eventData(fields, 'ParentCommandLine'));
  put(fields, 'process.parent.entity_id', eventData(fields, 'ParentProcessGuid'));
}

function putNetwork(fields: Fields): void {
  const source = eventData(fields, 'SourceIp');
  const destination = eventData(fields, 'DestinationIp');
  if (source !== undefined && isIp(source)) fields['source.ip'] = source;
  if (destination !== undefined && isIp(destination)) fields['destination.ip'] = destination;
  put(fields, 'source.port', wholeNumber(eventData(fields, 'SourcePort')));
  put(fields, 'destination.port', wholeNumber(eventData(fields, 'DestinationPort')));
  put(fields, 'destination.domain', eventData(fields, 'DestinationHostname'));
  put(fields, 'network.transport', eventData(fields, 'Protocol'));
  if (eventData(fields, 'Initiated') !== undefined) {
    const out = eventData(fields, 'Initiated') === 'true';
    fields['network.direction'] = out ? 'egress' : 'ingress';
  }
  put(fields, 'related.ip', listOf(asText(fields['source.ip']), asText(fields['destination.ip'])));
}

function putObject(fields: Fields, code: number): void {
  const path = eventData(fields, 'TargetFilename') ?? eventData(fields, 'ImageLoaded');
  if (path !== undefined) {
    const prefix = code === 7 ? 'dll' : 'file';
    fields[`${prefix}.path`] = path;
    fields[`${prefix}.name`] = baseName(path);
  }
  const key = eventData(fields, 'TargetObject');
  if (key !== undefined) {
    fields['registry.path'] = key;
    fields['registry.value'] = baseName(key);
    put(fields, 'registry.data.strings', eventData(fields, 'Details'));
  }
  put(fields, 'dns.question.name', eventData(fields, 'QueryName'));
}

/** Gives a Sysmon record its ECS meaning; what the event itself says stays under `winlog.*`. */
export function enrichSysmon(fields: Fields, code: number): void {
  const meaning = EVENTS.get(code);
  if (meaning !== undefined) {
    fields['event.action'] = meaning[0];
    fields['event.category'] = meaning[1];
    fields['event.type'] = meaning[2];
  }
  putProcess(fields);
  putUser(fields);
  putHashes(fields, code === 1 ? 'process' : code === 7 ? 'dll' : 'file');
  if (code === 3) putNetwork(fields);
  putObject(fields, code);
}
