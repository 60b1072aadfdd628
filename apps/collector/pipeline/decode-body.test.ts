import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Body, BodyHeader, Event, LogSource } from '#libs/model';
import { createRegister, normalizeSettings } from '#libs/normalize';

import { BodyDecoder, type DecodedBody } from './decode-body.ts';

const RECEIVED = Date.parse('2026-11-23T05:00:00Z');

const firewall: LogSource = {
  id: 'fw-12-03433',
  name: 'FortiGate xã Bum Tở',
  place: { province: '12', commune: '03433' },
  addresses: ['10.12.43.1'],
  hosts: ['FGT-12-03433'],
  zoneMinutes: 0,
  silenceFloorS: 600,
  expected: 'active',
};

const register = createRegister(
  [
    { code: '46', name: 'Huế', kind: 'city', aliases: ['Thừa Thiên Huế'], dossierPrefix: 'H57' },
    { code: '79', name: 'Hồ Chí Minh', kind: 'city', aliases: ['H09'], dossierPrefix: 'H29' },
    { code: '12', name: 'Lai Châu', kind: 'province', aliases: [], dossierPrefix: 'H35' },
    { code: '03433', name: 'Bum Tở', kind: 'commune', province: '12', aliases: [] },
  ],
  [firewall],
);

const decoder = new BodyDecoder(
  normalizeSettings({ spoolId: 'spool', maskKey: Buffer.alloc(32, 3), register }),
);

function decodeText(text: string | Uint8Array, own: Partial<BodyHeader> = {}): DecodedBody {
  const header: BodyHeader = {
    input: 'http',
    format: 'ndjson',
    received: RECEIVED,
    encoding: 'identity',
    ...own,
  };
  const body: Body = { header, bytes: Buffer.from(text as string), position: 100 };
  return decoder.decode(body, 200);
}

function only(text: string, own: Partial<BodyHeader> = {}): Event {
  const { events } = decodeText(text, own).batch;
  expect(events).toHaveLength(1);
  return events[0]!;
}

const SSH =
  '<38>Nov 23 09:10:12 db-1 sshd[2211]: Failed password for root from 203.0.113.7 port 52344 ssh2';

test('turns a failed sign-in sent by syslog into a placed event with numbers as numbers', () => {
  const { id, time, received, fields } = only(SSH, { place: { province: '46' }, key: 'k1' });
  expect(id).toMatch(/^[\w-]{22}$/);
  expect(received).toBe(RECEIVED);
  expect(time).toBe(Date.parse('2026-11-23T09:10:12+07:00'));
  expect({ ...fields }).toMatchObject({
    '@timestamp': '2026-11-23T02:10:12.000Z',
    'event.ingested': '2026-11-23T05:00:00.000Z',
    'event.category': ['authentication'],
    'event.outcome': 'failure',
    'event.original': SSH,
    'host.name': 'db-1',
    'source.ip': '203.0.113.7',
    'source.port': 52_344,
    'user.name': 'root',
    'gov.locality.code': '46',
  });
});

test('places by key, then by the register, then by dossier code, then by host name, else nowhere', () => {
  const placeOf = (text: string, own: Partial<BodyHeader> = {}): unknown[] => {
    const { fields } = only(text, own);
    return [fields['gov.locality.code'], fields['gov.locality.commune_code']];
  };
  const dossier = 'tra cuu H09.12-250715-0003';
  expect(placeOf(dossier, { place: { province: '46' }, key: 'k' })).toEqual(['46', undefined]);
  expect(placeOf(dossier, { peer: '10.12.43.1' })).toEqual(['12', '03433']);
  expect(placeOf(dossier, { peer: '10.9.9.9' })).toEqual(['79', undefined]);
  expect(placeOf('<13>Nov 23 09:10:12 sw-03433-1 x: y')).toEqual(['12', '03433']);
  expect(placeOf('<13>Nov 23 09:10:12 web-lai-chau x: y')).toEqual(['12', undefined]);
  expect(placeOf('hello')).toEqual(['xx', undefined]);
});

test('a key of one province is not moved to another by what its records state', () => {
  const line = '{"gov":{"locality":{"code":"79"}},"message":"x"}';
  expect(only(line, { place: { province: '46' }, key: 'k' }).fields['gov.locality.code']).toBe(
    '46',
  );
  expect(only(line, { place: { province: '00' }, key: 'k' }).fields['gov.locality.code']).toBe(
    '79',
  );
});

test('reads stamps without a zone in the zone of their source', () => {
  const line = '<13>Nov 23 04:10:12 FGT-12-03433 x: y';
  expect(only(line).time).toBe(Date.parse('2026-11-23T04:10:12Z'));
  expect(only(line).fields['gov.source.id']).toBe('fw-12-03433');
});

test('chooses the year that puts a stamp without one nearest to receipt', () => {
  const turn = Date.parse('2027-01-01T00:30:00+07:00');
  const late = only('<13>Dec 31 23:59:00 h x: y', { received: turn });
  expect(late.fields['@timestamp']).toBe('2026-12-31T16:59:00.000Z');
  const early = only('<13>Jan  1 00:01:00 h x: y', { received: turn - 31 * 60_000 });
  expect(early.fields['@timestamp']).toBe('2026-12-31T17:01:00.000Z');
});

test.each([
  ['2026-11-23T05:04:00Z', '2026-11-23T05:04:00Z', undefined],
  ['2026-11-23T05:06:00Z', '2026-11-23T05:00:00Z', 'future'],
  ['9999-12-31T23:59:59Z', '2026-11-23T05:00:00Z', 'future'],
  ['2026-10-01T00:00:00Z', '2026-11-23T05:00:00Z', 'past'],
  ['0000-01-01T00:00:00Z', '2026-11-23T05:00:00Z', 'past'],
  ['2026-02-30T00:00:00Z', '2026-11-23T05:00:00Z', 'missing'],
])('files an event of %s under %s', (stamp, filed, flag) => {
  const event = only(JSON.stringify({ '@timestamp': stamp, message: 'x' }));
  expect(event.time).toBe(Date.parse(filed));
  expect(event.fields['gov.time.flag']).toBe(flag);
});

test('gives an event sent again with its id the same id, and without one another', () => {
  const bulk = '{"create":{"_id":"7"}}\n{"message":"x"}\n';
  const own = { format: 'bulk', index: 'i', key: 'k', place: { province: '46' } } as const;
  expect(only(bulk, own).id).toBe(only(bulk, { ...own, received: RECEIVED + 5 }).id);
  expect(only(bulk, { ...own, place: { province: '79' } }).id).not.toBe(only(bulk, own).id);
  const [first, second] = decodeText('x\nx').batch.events;
  expect(first!.id).not.toBe(second!.id);
});

test('keeps a line that nobody understands whole, and counts it for its source', () => {
  const result = decodeText('hello there\n{broken', { source: 's1', key: 'k' });
  expect(result.batch.events.map((each) => each.fields['message'])).toEqual([
    'hello there',
    '{broken',
  ]);
  expect(result.batch.events[0]!.fields['event.kind']).toBe('event');
  const counted = result.sources.get('s1');
  expect(counted?.events).toBe(2);
  expect(Object.fromEntries(counted!.oddities)).toEqual({ not_understood: 1, not_json: 1 });
});

test('passes the headings of log files over, and counts them', () => {
  const result = decodeText(
    '#Fields: date time s-ip\n2018-12-31 12:02:53 10.44.0.136 GET / - 443 - 10.50.6.188 x - 200 0 0 3\n',
  );
  expect(result.batch.events.map((each) => each.fields['event.dataset'])).toEqual(['iis.access']);
  expect(result.headings).toBe(1);
});

test('sets a bomb aside and keeps the reader going', () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 97));
  const result = decodeText(bomb, { encoding: 'gzip' });
  expect(result.setAside).toBe('inflates_too_far');
  expect(result.batch).toMatchObject({ from: 100, to: 200, events: [] });
});

test('reads hostile JSON without harm: deep, wide, with names of the prototype', () => {
  const deep = `{"message":"deep","a":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`;
  const deepEvent = only(deep);
  expect(deepEvent.fields['message']).toBe('deep');
  expect(deepEvent.fields['event.original']).toBe(deep);
  const wordless = `${'{"a":'.repeat(10_000)}"sâu"${'}'.repeat(10_000)}`;
  expect(only(wordless).fields).toMatchObject({ message: 'sâu', 'event.original': wordless });
  const wide = `{${Array.from({ length: 1_000_00 }, (_, i) => `"k${i}":${i}`).join(',')}}`;
  const wideEvent = only(wide, { input: 'bulk' });
  expect(Object.keys(wideEvent.fields).length).toBeLessThan(1100);
  const proto = only(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":2}},"message":"m"}',
  );
  expect(proto.fields['__proto__.polluted']).toBe(1);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('leaves out a line that HTTP ingest refused, and keeps it cut where no reply could', () => {
  const long = `${'x'.repeat(1_048_577)}\nshort`;
  const refused = decodeText(long);
  expect(refused.rejected).toBe(1);
  expect(refused.batch.events.map(({ fields }) => fields['message'])).toEqual(['short']);
  const cut = decodeText(long, { input: 'bulk' });
  expect(cut.rejected).toBe(0);
  expect(cut.batch.events).toHaveLength(2);
});

const citizen = fc
  .integer({ min: 0, max: 99_999_999_999 })
  .map((n) => `0${String(n).padStart(11, '0')}`);
const phone = fc.integer({ min: 0, max: 99_999_999 }).map((n) => `09${String(n).padStart(8, '0')}`);
const code = fc.integer({ min: 100_000, max: 999_999 }).map(String);
const password = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019!#%^*')),
  minLength: 6,
  maxLength: 12,
});

test('no raw secret of a record stands anywhere in its event', () => {
  fc.assert(
    fc.property(citizen, phone, code, password, (id, tel, otp, pass) => {
      const secret = `Zq${pass}`;
      const quoted = JSON.stringify(secret);
      const lines = [
        `<13>Nov 23 09:10:12 h otp[1]: Gui OTP ${otp} toi ${tel} cho ${id}`,
        `10.0.0.1 - ${id} [23/Nov/2026:08:14:03 +0700] "GET /a?otp=${otp}&sdt=${tel}&password=${encodeURIComponent(secret)} HTTP/1.1" 200 1 "-" "x"`,
        `{"message":"OTP ${otp} ${tel}","user":{"name":"${id}"},"${tel}":1,"list":["${id}",{"x":"${tel}"}],"pw":{"password":${quoted}},"code":"${otp}"}`,
        `{"message":"Failed password for ${tel} from 10.0.0.1 port 1 ssh2","text":"OTP: ${otp}","n":${otp},"phone":84${tel.slice(1)}}`,
        `{"msg":"{\\"cccd\\":\\"${id}\\",\\"token\\":\\"${tel}\\"}"}`,
        `CMND ${otp}123 mat khau: ${secret}`,
      ];
      for (const line of lines) {
        const text = JSON.stringify(only(line).fields);
        const found = [id, tel, tel.slice(1), otp, secret].filter(
          (raw) => line.includes(raw) && text.includes(raw),
        );
        expect({ line, found }).toEqual({ line, found: [] });
      }
    }),
    { numRuns: 200 },
  );
});

test('never throws and keeps every record, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 200 }),
        fc.string({
          unit: fc.constantFrom(...Array.from(' []{}":,<>=-/.1290Ttz+HABCdeé')),
          maxLength: 120,
        }),
        fc.json().map((text) => text.replaceAll('\n', ' ')),
      ),
      (text) => {
        const line = text.replaceAll(/[\r\n]/g, ' ');
        const { events } = decodeText(Buffer.from(`\u00a0\n${line}\n`), {}).batch;
        expect(events.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
});
