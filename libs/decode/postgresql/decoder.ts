import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { decimal, isIp, put, putText, wholeNumber } from '../fields.ts';
import { readIso } from '../time.ts';

const COLUMNS_MAX = 30;
const LEVELS =
  /^(?:DEBUG[1-5]?|INFO|NOTICE|WARNING|ERROR|LOG|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|STATEMENT)$/;
const ERRORS = /^(?:ERROR|FATAL|PANIC)$/;
const STEPS = /^(?:statement|parse|bind|execute|fetch)\b/;

/** Columns of a CSV line; a quote is doubled inside a quoted one. */
function csv(text: string): string[] {
  const columns: string[] = [];
  let at = 0;
  while (at <= text.length && columns.length < COLUMNS_MAX) {
    if (text.charCodeAt(at) === 34) {
      let end = text.indexOf('"', at + 1);
      while (end !== -1 && text.charCodeAt(end + 1) === 34) end = text.indexOf('"', end + 2);
      if (end === -1) end = text.length;
      columns.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 2;
    } else {
      let end = text.indexOf(',', at);
      if (end === -1) end = text.length;
      columns.push(text.slice(at, end));
      at = end + 1;
    }
  }
  return columns;
}

/**
 * `duration: 112.337 ms  execute S_59: UPDATE …` becomes numbers and a query; anything else is the
 * message.
 */
function putMessage(fields: Fields, message: string, query: string): void {
  const timed = /^duration: ([\d.]+) ms/.exec(message.slice(0, 60));
  const milliseconds = decimal(timed?.[1]);
  if (timed === null || milliseconds === undefined) {
    const plain = STEPS.exec(message.slice(0, 40));
    if (plain !== null && message.startsWith(': ', plain[0].length)) {
      fields['postgresql.log.query_step'] = plain[0];
      fields[query] = message.slice(plain[0].length + 2);
    } else fields['message'] = message;
    return;
  }
  fields['event.duration'] = Math.round(milliseconds * 1_000_000);
  const rest = message.slice(timed[0].length).trimStart();
  const step = STEPS.exec(rest.slice(0, 20));
  const colon = rest.indexOf(': ');
  if (step === null || colon === -1) return;
  fields['postgresql.log.query_step'] = step[0];
  const name = rest.slice(step[0].length, colon).trim();
  if (name !== '') fields['postgresql.log.query_name'] = name;
  fields[query] = rest.slice(colon + 2);
}

function putUser(fields: Fields, user: string | undefined): void {
  if (user === undefined || user === '' || user === '[unknown]') return;
  fields['user.name'] = user;
  fields['related.user'] = [user];
}

function putClient(fields: Fields, client: string): void {
  const colon = client.lastIndexOf(':');
  const address = colon === -1 ? client : client.slice(0, colon);
  put(
    fields,
    'postgresql.log.client_port',
    colon === -1 ? undefined : wholeNumber(client.slice(colon + 1)),
  );
  fields['postgresql.log.client_addr'] = address;
  if (isIp(address)) fields['related.ip'] = [address];
}

function decodeCsv(text: string, fields: Fields): boolean {
  const c = csv(text);
  const level = c[11] ?? '';
  if (c.length < 14 || !LEVELS.test(level)) return false;
  fields['log.level'] = level;
  putUser(fields, c[1]);
  putText(fields, 'postgresql.log.database', c[2]);
  put(fields, 'process.pid', wholeNumber(c[3]));
  if (c[4] !== undefined && c[4] !== '') putClient(fields, c[4]);
  putText(fields, 'postgresql.log.session_id', c[5]);
  put(fields, 'postgresql.log.session_line_number', wholeNumber(c[6]));
  putText(fields, 'postgresql.log.command_tag', c[7]);
  const start = c[8];
  if (start !== undefined) {
    fields['postgresql.log.session_start_time'] =
      `${start.slice(0, 10)}T${start.slice(11, 19)}.000Z`;
  }
  putText(fields, 'postgresql.log.virtual_transaction_id', c[9]);
  put(fields, 'postgresql.log.transaction_id', wholeNumber(c[10]));
  putText(fields, 'postgresql.log.sql_state_code', c[12]);
  putText(fields, 'postgresql.log.application_name', c[22]);
  putText(fields, 'postgresql.log.backend_type', c[23]);
  putText(fields, 'postgresql.log.detail', c[14]);
  putMessage(fields, c[13] ?? '', 'message');
  return true;
}

/**
 * `[pid] LOG:  message`, `user@database LOG:  …`, and RDS' `host(port):user@database:[pid]:LOG:
 * …`.
 */
function decodePlain(text: string, at: number, fields: Fields): boolean {
  const head = /^[ :]?(.{0,200}?)\b([A-Z]{3,9}[1-5]?):\s+/.exec(text.slice(at, at + 260));
  const level = head?.[2] ?? '';
  if (head === null || !LEVELS.test(level)) return false;
  fields['log.level'] = level;
  const before = head[1]!;
  put(fields, 'process.pid', wholeNumber(/\[(\d{1,10})(?:-\d+)?\]/.exec(before)?.[1]));
  const client = /([0-9a-f.:]+)\((\d{1,5})\)/.exec(before);
  if (client !== null) putClient(fields, `${client[1]!}:${client[2]!}`);
  const who = /([\w.-]+)@([\w.-]+)/.exec(before);
  if (who !== null) {
    putUser(fields, who[1]);
    fields['postgresql.log.database'] = who[2]!;
  }
  putMessage(fields, text.slice(at + head[0].length), 'postgresql.log.query');
  return true;
}

/** PostgreSQL server log: CSV, plain with the usual prefixes, and that of RDS. */
export const postgresqlLog: Decoder = {
  dataset: 'postgresql.log',
  decode(text: string, into: Decoded): DecodeResult {
    const at = readIso(text, 0, into);
    if (at < 20) {
      into.time = undefined;
      return 'other';
    }
    const { fields } = into;
    const understood =
      text.charCodeAt(at) === 44 ? decodeCsv(text, fields) : decodePlain(text, at, fields);
    if (!understood) {
      into.time = undefined;
      return 'other';
    }
    fields['postgresql.log.timestamp'] = text.slice(0, at);
    const zone = text.slice(text.indexOf(' ', 12) + 1, at);
    if (zone !== '') fields['event.timezone'] = zone;
    fields['event.category'] = ['database'];
    fields['event.type'] = [ERRORS.test(String(fields['log.level'])) ? 'error' : 'info'];
    return 'understood';
  },
};
