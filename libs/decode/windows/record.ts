import type { Decoded, Fields } from '#libs/model';

import { asText, put } from '../fields.ts';
import type { RecordFamily } from '../json/decoder.ts';
import { readSqlAudit, SQL_AUDIT_CODE } from '../mssql/audit.ts';
import { readIso } from '../time.ts';
import { enrichSecurity } from './security.ts';
import { enrichSysmon } from './sysmon.ts';

const SYSMON = 'Microsoft-Windows-Sysmon';
const SECURITY_PROVIDERS: ReadonlySet<string> = new Set([
  'Microsoft-Windows-Security-Auditing',
  'Microsoft-Windows-Eventlog',
]);

/** Codes of other channels that mean something to the rules. */
const PROCESS_START: ReadonlySet<string> = new Set([
  'Microsoft-Windows-Windows Defender',
  'Microsoft-Windows-AppLocker',
]);

function putPowershell(fields: Fields, code: number): void {
  fields['event.category'] = ['process'];
  const start = code === 400 || code === 4105;
  const end = code === 403 || code === 4106;
  fields['event.type'] = [start ? 'start' : end ? 'end' : 'info'];
  const text = asText(fields['winlog.event_data.ScriptBlockText']);
  put(fields, 'powershell.file.script_block_text', text);
  put(fields, 'powershell.file.script_block_id', asText(fields['winlog.event_data.ScriptBlockId']));
}

function putOther(fields: Fields, provider: string, code: number): void {
  if (provider.includes('PowerShell')) putPowershell(fields, code);
  else if (PROCESS_START.has(provider)) {
    fields['event.category'] = ['process'];
    fields['event.type'] = ['start'];
  }
  if (provider.includes('Defender') && (code === 1116 || code === 1117)) {
    fields['event.category'] = ['malware'];
    fields['event.type'] = ['info'];
    fields['event.action'] = code === 1116 ? 'malware-detected' : 'malware-action-taken';
  }
  put(fields, 'user.id', asText(fields['winlog.user.identifier']));
  put(fields, 'user.name', asText(fields['winlog.user.name']));
  put(fields, 'user.domain', asText(fields['winlog.user.domain']));
}

/** Dataset of a Windows channel. */
function datasetOf(provider: string, channel: string): string {
  if (provider === SYSMON) return 'windows.sysmon_operational';
  if (channel === 'Security' || SECURITY_PROVIDERS.has(provider)) return 'windows.security';
  if (provider.includes('PowerShell')) return 'windows.powershell';
  if (provider.includes('Defender')) return 'windows.windows_defender';
  return channel === 'System' ? 'windows.system' : 'windows.forwarded';
}

/**
 * Adds the ECS meaning to fields that have `winlog.event_id`, `winlog.provider_name` and
 * `winlog.event_data.*`.
 */
export function enrichWindows(into: Decoded, code: number): void {
  const { fields } = into;
  const provider = asText(fields['winlog.provider_name']) ?? '';
  const channel = asText(fields['winlog.channel']) ?? '';
  fields['event.code'] = String(code);
  fields['event.provider'] ??= provider;
  fields['host.os.type'] = 'windows';
  fields['host.os.family'] = 'windows';
  const level = asText(fields['winlog.level']);
  if (level !== undefined) fields['log.level'] ??= level;
  const host = asText(fields['winlog.computer_name']);
  if (host !== undefined) fields['host.name'] ??= host;
  if (provider === SYSMON) enrichSysmon(fields, code);
  else if (channel === 'Security' || SECURITY_PROVIDERS.has(provider)) enrichSecurity(fields, code);
  else putOther(fields, provider, code);
  into.dataset = datasetOf(provider, channel);
}

function eventCode(fields: Fields): number {
  const code = fields['winlog.event_id'];
  return code === undefined ? Number.NaN : Number(code);
}

/** Winlogbeat's JSON, and that of shippers which keep its names. */
export const windowsRecord: RecordFamily = {
  claims(fields) {
    const code = eventCode(fields);
    return Number.isInteger(code) && code >= 0;
  },
  read(into) {
    const { fields } = into;
    const created = asText(fields['winlog.time_created']);
    if (created !== undefined) readIso(created, 0, into);
    const code = eventCode(fields);
    enrichWindows(into, code);
    if (code === SQL_AUDIT_CODE) readSqlAudit(into);
  },
};
