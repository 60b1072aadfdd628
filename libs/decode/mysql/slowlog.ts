import type { Decoded, Fields } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { decimal, isIp, put, wholeNumber } from '../fields.ts';
import { setEpoch } from '../json/stamp.ts';
import { readIso } from '../time.ts';

const HEAD_CHARS_MAX = 4_000;

/** What the server writes when it opens the file. */
function isHeading(text: string): boolean {
  return (
    text.startsWith('Tcp port:') ||
    text.startsWith('Time  ') ||
    /^\S*mysqld, Version: /.test(text.slice(0, 200))
  );
}

function valueOf(head: string, name: string): string | undefined {
  const at = head.indexOf(`${name}: `);
  if (at === -1) return undefined;
  const start = at + name.length + 2;
  let end = start;
  while (end < head.length && !/\s/.test(head.charAt(end))) end++;
  return head.slice(start, end);
}

function putUser(fields: Fields, head: string): void {
  const match = /# User@Host: ([^[\n]*)\[([^\]\n]*)\] @\s+([^ [\n]*) ?\[([^\]\n]*)\]/.exec(head);
  if (match === null) return;
  const [, user, current, host, address] = match;
  if (user !== '') fields['user.name'] = user!;
  if (current !== '') fields['mysql.slowlog.current_user'] = current!;
  if (host !== '') fields['source.domain'] = host!;
  if (isIp(address!)) fields['source.ip'] = address!;
}

function flag(text: string | undefined): boolean | undefined {
  if (text === 'Yes') return true;
  return text === 'No' ? false : undefined;
}

/** MySQL, MariaDB and Percona slow query log: one entry of comment lines and its statement. */
export const mysqlSlowlog: Decoder = {
  dataset: 'mysql.slowlog',
  decode(text: string, into: Decoded): DecodeResult {
    if (isHeading(text)) {
      into.isEvent = false;
      return 'understood';
    }
    const head = text.slice(0, HEAD_CHARS_MAX);
    const duration = decimal(valueOf(head, 'Query_time'));
    if (duration === undefined || !head.startsWith('# ')) return 'other';
    const { fields } = into;
    const stamp = /^SET timestamp=(\d+);\n?/m.exec(text.slice(0, HEAD_CHARS_MAX * 2));
    if (stamp !== null) setEpoch(Number(stamp[1]), into);
    else if (head.startsWith('# Time: ')) readIso(head, 8, into);
    fields['event.category'] = ['database'];
    fields['event.type'] = ['info'];
    fields['event.duration'] = Math.round(duration * 1e9);
    putUser(fields, head);
    put(
      fields,
      'mysql.thread_id',
      wholeNumber(valueOf(head, 'Id')?.trim() ?? valueOf(head, 'Thread_id')),
    );
    put(fields, 'mysql.slowlog.lock_time.sec', decimal(valueOf(head, 'Lock_time')));
    put(fields, 'mysql.slowlog.rows_sent', wholeNumber(valueOf(head, 'Rows_sent')));
    put(fields, 'mysql.slowlog.rows_examined', wholeNumber(valueOf(head, 'Rows_examined')));
    put(fields, 'mysql.slowlog.rows_affected', wholeNumber(valueOf(head, 'Rows_affected')));
    put(fields, 'mysql.slowlog.query_cache_hit', flag(valueOf(head, 'QC_hit')));
    if (stamp !== null)
      fields['mysql.slowlog.query'] = text.slice(stamp.index + stamp[0].length).trimEnd();
    return 'understood';
  },
};
