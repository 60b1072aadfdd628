import { expect, test } from 'vitest';

import { newFields, type Fields } from '#libs/model';

import { putCommunityId } from './community-id.ts';

function tuple(source: string, sourcePort: number, destination: string, port: number): Fields {
  const fields = newFields();
  fields['network.transport'] = 'tcp';
  fields['source.ip'] = source;
  fields['source.port'] = sourcePort;
  fields['destination.ip'] = destination;
  fields['destination.port'] = port;
  putCommunityId(fields);
  return fields;
}

test('names a connection alike from both ends, as the specification’s example has it', () => {
  const expected = '1:LQU9qZlK+B5F3KDmev6m5PMibrg=';
  expect(tuple('128.232.110.120', 34_855, '66.35.250.204', 80)['network.community_id']).toBe(
    expected,
  );
  expect(tuple('66.35.250.204', 80, '128.232.110.120', 34_855)['network.community_id']).toBe(
    expected,
  );
});

test('reads addresses of IPv6 in their short forms alike', () => {
  const short = tuple('2001:db8::1', 1, '::ffff:10.0.0.1', 2)['network.community_id'];
  const long = tuple('2001:db8:0:0:0:0:0:1', 1, '0:0:0:0:0:ffff:a00:1', 2)['network.community_id'];
  expect(short).toBe(long);
  expect(short).toMatch(/^1:/);
});

test('leaves connections without ports or with odd addresses unnamed', () => {
  expect(tuple('10.0.0.1', 1, 'fe80::1', 2)['network.community_id']).toBeUndefined();
  expect(tuple('no address', 1, '10.0.0.1', 2)['network.community_id']).toBeUndefined();
});
