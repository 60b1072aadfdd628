/**
 * Lower case without tone marks, `đ` as `d`, `_` as a blank: how keywords are compared, in NFC and
 * NFD alike.
 */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replaceAll('_', ' ');
}

/** A name as senders spell it: `access-token`, `accessToken`, `ACCESS_TOKEN` are one. */
export function bareName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

const SECRET_NAMES = new Set([
  'pw',
  'pwd',
  'mk',
  'pass',
  'passphrase',
  'matkhau',
  'matkhaucu',
  'matkhaumoi',
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'jsessionid',
  'phpsessid',
  'aspnetsessionid',
  'privatekey',
  'secretkey',
  'accesskey',
  'apikey',
  'xapikey',
  'credentials',
]);
/** What bare names of secrets end in. */
export const SECRET_NAME_ENDS = ['password', 'passwd', 'token', 'secret', 'apikey', 'passcode'];
const CODE_NAMES = new Set(['otp', 'otpcode', 'maotp', 'codeotp', 'pin', 'mapin', 'maxacthuc']);
/** Bare names of secrets and codes. */
export const SECRET_NAMES_WHOLE: readonly string[] = [...SECRET_NAMES, ...CODE_NAMES];
const DOCUMENT_NAMES = new Set([
  'cmnd',
  'cmt',
  'cccd',
  'sogiayto',
  'giayto',
  'sodinhdanh',
  'dinhdanh',
  'sodinhdanhcanhan',
  'citizen',
  'citizenid',
  'idcard',
  'identitynumber',
  'nationalid',
  'socccd',
  'socmnd',
]);
const PHONE_NAMES = new Set([
  'phone',
  'phonenumber',
  'mobile',
  'msisdn',
  'sdt',
  'sodienthoai',
  'dienthoai',
  'tel',
  'telephone',
]);

/** What the value under a name is, whatever it looks like. */
export type NameKind = 'secret' | 'code' | 'document' | 'phone' | 'none';

/** Kind of a `bareName`. */
export function kindOfName(bare: string): NameKind {
  if (SECRET_NAMES.has(bare)) return 'secret';
  if (CODE_NAMES.has(bare)) return 'code';
  if (DOCUMENT_NAMES.has(bare)) return 'document';
  if (PHONE_NAMES.has(bare)) return 'phone';
  return SECRET_NAME_ENDS.some((end) => bare.endsWith(end)) ? 'secret' : 'none';
}

const PUBLIC_NAMES = new Set([
  'logid',
  'devid',
  'deviceid',
  'serial',
  'serialno',
  'serialnumber',
  'sn',
  'mst',
  'masothue',
  'taxcode',
  'taxid',
  'taxnumber',
  'madoanhnghiep',
]);
const COUNTER_ENDS = [
  'byte',
  'bytes',
  'pkt',
  'size',
  'duration',
  'time',
  'count',
  'delta',
  'seq',
  'id',
  'handle',
];

/**
 * True for names whose digits are never a person's: log ids, serial numbers and tax codes, which
 * are public.
 */
export function isPublicName(bare: string): boolean {
  return PUBLIC_NAMES.has(bare);
}

/** True for names of counters and times, whose digits may begin with 84 by chance. */
export function isCounterName(bare: string): boolean {
  return COUNTER_ENDS.some((end) => bare.endsWith(end));
}

const MEASURE_ENDS = [
  ...COUNTER_ENDS,
  'ms',
  'port',
  'status',
  'pid',
  'line',
  'year',
  'seconds',
  'ttls',
  'ages',
];

/** True for names of measures, whose value beside the word OTP is no code. */
export function isMeasureName(bare: string): boolean {
  return MEASURE_ENDS.some((end) => bare.endsWith(end));
}
