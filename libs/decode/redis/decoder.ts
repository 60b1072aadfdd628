import type { Decoded } from '#libs/model';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { clock, monthOf, two, four, utcMs } from '../time.ts';

const LEVELS: Readonly<Record<string, string>> = {
  '.': 'debug',
  '-': 'verbose',
  '*': 'notice',
  '#': 'warning',
};
const ROLES: Readonly<Record<string, string>> = {
  X: 'sentinel',
  C: 'child',
  S: 'slave',
  M: 'master',
};

const HEAD =
  /^(?:\[?(\d{1,10})(?::([XCSM]))?\]? )?(\d{2} [A-Z][a-z]{2}) (?:(\d{4}) )?(\d\d:\d\d:\d\d)(?:\.(\d{3}))? ([.*#-]) /;

/**
 * Redis server log, 3 and later: `26571:M 27 Dec 2018 11:19:18.874 * message`; before 5 without the
 * year.
 */
export const redisLog: Decoder = {
  dataset: 'redis.log',
  decode(text: string, into: Decoded): DecodeResult {
    const head = HEAD.exec(text.slice(0, 80));
    if (head === null) return 'other';
    const [whole, pid, role, date, year, hour, ms, mark] = head;
    const of = year === undefined ? 2000 : four(year, 0);
    const time = utcMs(of, monthOf(date!, 3), two(date!, 0), clock(hour!, 0), Number(ms ?? 0));
    if (Number.isNaN(time)) return 'other';
    into.time = time;
    into.stamp = year === undefined ? 'yearless' : 'local';
    const { fields } = into;
    if (pid !== undefined) fields['process.pid'] = Number(pid);
    if (role !== undefined) fields['redis.log.role'] = ROLES[role]!;
    fields['log.level'] = LEVELS[mark!]!;
    fields['event.category'] = ['database'];
    fields['event.type'] = ['info'];
    fields['message'] = text.slice(whole.length);
    return 'understood';
  },
};
