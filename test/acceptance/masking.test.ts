import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';

import type { EventView } from '#libs/protocol';
import { expect, it, onTestFinished } from 'vitest';

import { startProduct, type Product } from '../support/product.ts';
import { until } from '../support/until.ts';
import { every, searched, sendBulk, sendLines, signIn } from './desk.ts';

/** Made up; the prefixes are real so that they look like what they are. */
const CITIZENS = ['046203004571', '079187012345', '001099876543', '012304567891'];
const PHONES = ['0912345678', '+84987654321', '84934567890', '0381 234 567'];
const CODES = ['482913', '917264', '305718'];
const TOKENS = [
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIwNDYyMDMwMDQ1NzEifQ.s5vYfQmTtZ0xq1Wk3N4p7A',
  'b7f0c2d9e4a1468ab35c9d0e7f128364',
];
const PASSWORDS = ['MatKhau#Cua-Toi-77', 'xin-chao-2026!', 's3cr3t/p%40ss'];

const [an = '', binh = '', chi = '', dung = ''] = CITIZENS;
const [phone = '', plus = '', bare = '', spaced = ''] = PHONES;
const [code = '', second = '', third = ''] = CODES;
const [jwt = '', token = ''] = TOKENS;
const [password = '', other = '', encoded = ''] = PASSWORDS;

const DOSSIER = 'H57.12-251123-0042';
const stamp = new Date().toISOString();
/** The same moment as logs of Viet Nam write it: in Apache's way, and as date and time. */
const local = new Date(Date.parse(stamp) + 7 * 3_600_000);
const [day = '', clock = ''] = local.toISOString().slice(0, -5).split('T');
const month = local.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
const webTime = `${day.slice(-2)}/${month}/${day.slice(0, 4)}:${clock} +0700`;

/** Where such values stand in what real systems log. */
const LINES: readonly (string | object)[] = [
  `CCCD ${an} nộp hồ sơ ${DOSSIER}, điện thoại ${phone}`,
  `OTP của bạn là ${code}, không đưa mã này cho ai. Mã xác thực: ${second}`,
  `user=${an} login failed password=${password}`,
  `<38>1 ${stamp} web-1 sshd 4242 - - Failed password for invalid user ${binh} from 203.0.113.9 port 5 ssh2`,
  `<134>1 ${stamp} app-1 dvc 7 - - thông báo gửi tới ${spaced} với mã OTP ${third}`,
  `10.22.4.17 - - [${webTime}] "GET /tra-cuu?cccd=${chi}&sdt=${phone}&access_token=${token} HTTP/1.1" 200 10 "https://dvc.gov.vn/?token=${token}" "Mozilla/5.0"`,
  `10.22.4.17 - ${dung} [${webTime}] "GET /%6E%6F?pw=${encodeURIComponent(encoded)}&so=%30%34%36%32%30%33%30%30%34%35%37%31 HTTP/1.1" 200 10 "-" "-"`,
  `${day} ${clock},301 WARN [org.keycloak.events] (executor-thread-3) type="LOGIN_ERROR", realmName="cong-dan", clientId="dvc", ipAddress="10.1.1.1", error="invalid_user_credentials", username="${an}"`,
  `date=${day} time=${clock} devname="FGT-12" logid="0100032002" type="event" subtype="system" user="${binh}" msg="Administrator ${binh} login failed, password=${other}"`,
  { '@timestamp': stamp, message: `gọi ${plus}`, 'user.name': an, 'user.id': chi, phone: bare },
  {
    '@timestamp': stamp,
    user: { name: dung, password },
    http: { request: { headers: { authorization: `Bearer ${jwt}` } } },
  },
  {
    '@timestamp': stamp,
    danh_sach: [{ cccd: binh }, { cccd: chi }, `otp=${code}`],
    ghi_chu: [[phone]],
  },
  { '@timestamp': stamp, [`khoa ${an}`]: 'giá trị', [phone]: 1, message: 'khoá là số' },
  {
    '@timestamp': stamp,
    so: Number(chi.replace(/^0+/, '9')),
    cccd: Number(dung.replace(/^0/, '')),
  },
  { '@timestamp': stamp, message: JSON.stringify({ otp: second, password: other, cccd: an }) },
  {
    '@timestamp': stamp,
    message: `\u0022token\u0022: \u0022${token}\u0022 và ${an.split('').join('\u200b')}`,
  },
  {
    '@timestamp': stamp,
    'host.name': `may-${phone}`,
    'event.dataset': 'app.log',
    'error.stack_trace': `NullPointer: user ${chi}\n\tat A.b(otp=${third})`,
  },
  `{"@timestamp":"${stamp}","message":"\\u0030\\u0034\\u0036203004571 thoát ra"}`,
  `hỏng json {"cccd":"${dung}","password":"${password}"`,
];

/** Every file below a folder but the raw bodies of the spool. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^spool(\/|$)/.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** Texts in which a raw value would show: bytes as they are, and cells unpacked. */
function* textsOf(path: string): Generator<string> {
  const bytes = readFileSync(path);
  yield bytes.toString('latin1');
  yield bytes.toString('utf16le');
  if (!bytes.subarray(0, 15).equals(Buffer.from('SQLite format 3'))) return;
  const file = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = file
      .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'`)
      .all();
    for (const { name } of tables) {
      for (const row of file.prepare(`SELECT * FROM "${String(name)}"`).all()) {
        for (const value of Object.values(row)) yield* cellTexts(value);
      }
    }
  } finally {
    file.close();
  }
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

function* cellTexts(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  if (!(value instanceof Uint8Array)) return;
  const bytes = Buffer.from(value);
  for (let at = bytes.indexOf(ZSTD); at !== -1; at = bytes.indexOf(ZSTD, at + 1)) {
    try {
      yield zstdDecompressSync(bytes.subarray(at)).toString('latin1');
    } catch {
      // Four bytes that look like a beginning are none, or a frame that needs the store's own way.
    }
  }
}

/** The raw values that stand in a text; a code only where it is no part of a longer number. */
function rawIn(text: string): string[] {
  const found = [...CITIZENS, ...PHONES, ...TOKENS, ...PASSWORDS].filter((raw) =>
    text.includes(raw),
  );
  const digits = PHONES.map((raw) => raw.replaceAll(/\D/g, '')).filter((raw) => text.includes(raw));
  const codes = CODES.filter((raw) => new RegExp(`(?<![0-9a-f.])${raw}(?![0-9a-f.])`).test(text));
  return [...found, ...digits, ...codes];
}

async function sendSyslog(product: Product, lines: readonly string[]): Promise<void> {
  const socket = connect(product.inputs['syslog_tcp'] ?? 0, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => {
    socket.end(lines.map((line) => `<38>1 ${stamp} app-1 dvc 7 - - ${line}\n`).join(''), resolve);
  });
}

it('finds none of the raw values in any byte that is kept outside the spool, by whatever door they came', async () => {
  const product = await startProduct(onTestFinished);
  const desk = await signIn(product);
  await sendLines(product, LINES);
  const objects = LINES.filter((line) => typeof line === 'object');
  await sendBulk(
    product,
    objects.map((doc, n) => ({ id: `${an}-${n}`, doc })),
  );
  const texts = LINES.filter((line) => typeof line === 'string');
  await sendSyslog(product, texts);
  // Enough of the same guesses for an alert: its group, title and evidence are kept too.
  const guess = `Failed password for invalid user ${an} from 203.0.113.77 port 5 ssh2`;
  await sendLines(
    product,
    Array.from({ length: 25 }, () => `<38>1 ${stamp} web-1 sshd 4242 - - ${guess}`),
  );
  const total = LINES.length + objects.length + texts.length + 25;
  const events = await searched(desk, '', total);
  expect(events).toHaveLength(total);
  await until('the alert is filed', async () => {
    const alerts = await every(desk, '/api/v1/alerts');
    return alerts.length > 0 || undefined;
  });
  const shown: string[] = [];
  const routes = [
    '/events?limit=1000',
    '/alerts',
    '/incidents?status=all',
    '/sources/unknown',
    '/health',
  ];
  for (const route of routes) {
    const text = JSON.stringify(await desk.get(`/api/v1${route}`));
    shown.push(...rawIn(text).map((raw) => `${route}: ${raw}`));
  }
  expect(shown).toEqual([]);
  expect(
    events.filter((event: EventView) => event.fields['gov.masked'] !== undefined).length,
  ).toBeGreaterThan(40);

  const running = filesOf(product.dataFolder).flatMap((path) =>
    rawIn(readFileSync(path, 'latin1')).map((raw) => `${path} (running): ${raw}`),
  );
  await product.stop();
  const files = filesOf(product.dataFolder);
  const stopped = files.flatMap((path) =>
    [...textsOf(path)].flatMap((text) =>
      rawIn(text).map((raw) => `${relative(product.dataFolder, path)}: ${raw}`),
    ),
  );
  expect([...running, ...stopped]).toEqual([]);
  // What is no secret is found, packed as it is: the search sees into the blocks.
  const seen = files.filter((path) => [...textsOf(path)].some((text) => text.includes(DOSSIER)));
  expect(seen).not.toEqual([]);
  expect(rawIn(product.output())).toEqual([]);
  // The spool has them: what is looked for is what was sent.
  const spool = readdirSync(join(product.dataFolder, 'spool'), {
    encoding: 'utf8',
    recursive: true,
  });
  const raw = spool
    .map((name) => join(product.dataFolder, 'spool', name))
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => rawIn(readFileSync(path, 'latin1')));
  expect(raw).toEqual(expect.arrayContaining([an, phone, jwt, password]));
});
