import type { Fields } from '#libs/model';

import { asText } from '../fields.ts';
import type { RecordFamily } from '../json/decoder.ts';
import { readIso } from '../time.ts';

/** MongoDB 4.4 and later: `{"t":{"$date":…},"s":"I","c":"STORAGE","id":…,"ctx":…,"msg":…}`. */
const MOVED: readonly (readonly [string, string])[] = [
  ['s', 'log.level'],
  ['c', 'mongodb.log.component'],
  ['ctx', 'mongodb.log.context'],
  ['id', 'mongodb.log.id'],
  ['msg', 'message'],
];

function outcomeOf(message: string): 'success' | 'failure' | undefined {
  if (/^Authentication (?:succeeded|successful)|^Successfully authenticated/i.test(message)) {
    return 'success';
  }
  return /^Authentication failed/i.test(message) ? 'failure' : undefined;
}

function putSignIn(fields: Fields): void {
  const outcome = outcomeOf(asText(fields['message']) ?? '');
  if (outcome === undefined) return;
  fields['event.category'] = ['authentication', 'database'];
  fields['event.type'] = ['start'];
  fields['event.outcome'] = outcome;
  const user =
    asText(fields['mongodb.log.attr.principalName']) ?? asText(fields['mongodb.log.attr.user']);
  if (user !== undefined) {
    fields['user.name'] = user;
    fields['related.user'] = [user];
  }
  const remote = asText(fields['mongodb.log.attr.remote']) ?? '';
  const colon = remote.lastIndexOf(':');
  if (colon > 0) {
    fields['source.ip'] = remote.slice(0, colon);
    fields['related.ip'] = [remote.slice(0, colon)];
  }
}

export const mongodbRecord: RecordFamily = {
  claims: (fields) =>
    typeof fields['t.$date'] === 'string' &&
    typeof fields['c'] === 'string' &&
    typeof fields['ctx'] === 'string',
  read(into) {
    const { fields } = into;
    readIso(asText(fields['t.$date']) ?? '', 0, into);
    delete fields['t.$date'];
    for (const [from, to] of MOVED) {
      const value = fields[from];
      if (value === undefined) continue;
      delete fields[from];
      fields[to] = value;
    }
    for (const name of Object.keys(fields)) {
      if (!name.startsWith('attr.')) continue;
      fields[`mongodb.log.${name}`] = fields[name]!;
      delete fields[name];
    }
    fields['event.category'] = ['database'];
    fields['event.type'] = ['info'];
    putSignIn(fields);
    into.dataset = 'mongodb.log';
  },
};
