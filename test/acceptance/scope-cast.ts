import type { IncidentRow, MaintenanceView, NewKeyView, SilenceView } from '#libs/protocol';

import type { Product } from '../support/product.ts';
import { until } from '../support/until.ts';
import { deskWith, incidentsOf, sendLines, signIn, type Desk } from './desk.ts';

/** A place with something of every kind in it, all of which bears the mark of the place. */
export interface Home {
  readonly province: string;
  readonly commune?: string;
  /** Stands in names, ids, accounts, messages; nobody without the place may ever read it. */
  readonly mark: string;
}

/** Two provinces and a commune of one of them. */
export const HOMES: readonly Home[] = [
  { province: '46', mark: 'dau-vet-hue' },
  { province: '12', mark: 'dau-vet-laichau' },
  { province: '12', commune: '03433', mark: 'dau-vet-bumto' },
];

/** Somebody who looks, and the marks that are theirs to see. */
export interface Viewer {
  readonly name: string;
  readonly desk: Desk;
  readonly sees: readonly string[];
  /** Role and scope, for what they may not do. */
  readonly home: Home;
}

const TEMPORARY = 'Tam-thoi-tam-thoi-2026';
const OWN = 'Cua-rieng-minh-2026-x';

function placeOf({ province, commune }: Home): { province: string; commune?: string } {
  return commune === undefined ? { province } : { province, commune };
}

async function put(desk: Desk, path: string, body: object): Promise<void> {
  const { status, body: said } = await desk.ask(path, { method: 'PUT', body });
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(said)}`);
}

/** Makes a user, who chooses a password and is signed in. */
export async function signInNew(
  product: Product,
  admin: Desk,
  user: { user: string; role: string; home: Pick<Home, 'province' | 'commune'> },
): Promise<Desk> {
  const { province, commune } = user.home;
  await admin.post('/api/v1/users', {
    user: user.user,
    name: `Người ${user.user}`,
    role: user.role,
    ...placeOf({ province, mark: '', ...(commune === undefined ? {} : { commune }) }),
    password: TEMPORARY,
  });
  const first = await signIn(product, user.user, TEMPORARY);
  const change = { current: TEMPORARY, next: OWN };
  await first.post('/api/v1/session/password', change);
  return signIn(product, user.user, OWN);
}

function newKey(desk: Desk, home: Home, kind: 'api' | 'ingest'): Promise<NewKeyView> {
  const name = `khoá ${kind} ${home.mark}`;
  return desk.post<NewKeyView>('/api/v1/keys', { kind, name, ...placeOf(home) });
}

/** Failed sign-ins enough for SEC-01, on accounts that bear the mark. */
export function guesses(mark: string, round: string): object[] {
  return Array.from({ length: 22 }, (_, n) => ({
    '@timestamp': new Date(Date.now() - 60_000 + n).toISOString(),
    message: `đăng nhập sai ${mark}`,
    'event.dataset': 'json',
    'event.category': ['authentication'],
    'event.outcome': 'failure',
    'source.ip': `203.0.113.${mark.length}`,
    'host.name': `may-${mark}`,
    'user.name': `tk-${mark}-${round}`,
  }));
}

/** What a place has after `furnish`. */
export interface Furnished {
  readonly home: Home;
  readonly ingestKey: string;
  readonly incident: IncidentRow;
  readonly keyId: string;
  readonly maintenanceId: string;
  readonly silenceId: string;
}

/** Gives every home a source, a service with a probe, keys, events and an incident. */
export async function furnish(product: Product, admin: Desk): Promise<Furnished[]> {
  const keys = new Map<Home, NewKeyView>();
  for (const home of HOMES) {
    const { mark } = home;
    const place = placeOf(home);
    await put(admin, `/api/v1/sources/nguon-${mark}`, {
      name: `Nguồn ${mark}`,
      hosts: [`may-${mark}`],
      ...place,
    });
    await put(admin, `/api/v1/services/dv-${mark}`, { name: `Dịch vụ ${mark}`, ...place });
    await put(admin, `/api/v1/probes/kt-${mark}`, {
      service: `dv-${mark}`,
      kind: 'tcp',
      target: '127.0.0.1:1',
      enabled: false,
    });
    const key = await newKey(admin, home, 'ingest');
    keys.set(home, key);
    await sendLines(product, guesses(mark, 'a'), { key: key.text });
  }
  const rows = await until('every home has its incident', async () => {
    const found = await incidentsOf(admin);
    return HOMES.every((home) => found.some((row) => isOf(row, home))) ? found : undefined;
  });
  const windows = new Map<Home, string>();
  for (const home of HOMES) windows.set(home, await maintenanceOf(admin, home));
  const silences = new Map<Home, string>();
  for (const home of HOMES) silences.set(home, await silenceOf(admin, home));
  return HOMES.map((home) => ({
    home,
    maintenanceId: windows.get(home) ?? '',
    silenceId: silences.get(home) ?? '',
    ingestKey: keys.get(home)?.text ?? '',
    keyId: keys.get(home)?.id ?? '',
    incident: rows.find((row) => isOf(row, home)) as IncidentRow,
  }));
}

/** A planned window of a home; it holds back nothing that these tests look at. */
async function maintenanceOf(admin: Desk, home: Home): Promise<string> {
  const made = await admin.post<MaintenanceView>('/api/v1/maintenance', {
    ...placeOf(home),
    from: '2099-01-01T00:00:00Z',
    to: '2099-01-02T00:00:00Z',
    reason: `Bảo trì ${home.mark}`,
  });
  return made.id;
}

/** A silence of a home over an entity that no event names. */
async function silenceOf(admin: Desk, home: Home): Promise<string> {
  const made = await admin.post<SilenceView>('/api/v1/silences', {
    ...placeOf(home),
    entity: { kind: 'host', value: `im-lang-${home.mark}` },
    until: new Date(Date.now() + 3_600_000).toISOString(),
    reason: `Im lặng ${home.mark}`,
  });
  return made.id;
}

function isOf({ locality }: IncidentRow, home: Home): boolean {
  return locality.province === home.province && locality.commune === home.commune;
}

/** Everybody whose place is not the whole country. */
export async function gather(product: Product, admin: Desk): Promise<Viewer[]> {
  const [hue, laiChau, bumTo] = HOMES as [Home, Home, Home];
  const people = [
    { user: 'dau-moi-hue', role: 'locality', home: hue, sees: [hue.mark] },
    { user: 'dau-moi-lc', role: 'locality', home: laiChau, sees: [laiChau.mark, bumTo.mark] },
    { user: 'dau-moi-bt', role: 'locality', home: bumTo, sees: [bumTo.mark] },
    { user: 'cv-hue', role: 'analyst', home: hue, sees: [hue.mark] },
    { user: 'ld-hue', role: 'manager', home: hue, sees: [hue.mark] },
    { user: 'qt-hue', role: 'admin', home: hue, sees: [hue.mark] },
  ];
  const viewers: Viewer[] = [];
  for (const { user, role, home, sees } of people) {
    viewers.push({
      name: user,
      desk: await signInNew(product, admin, { user, role, home }),
      sees,
      home,
    });
  }
  const { text } = await newKey(admin, bumTo, 'api');
  const desk = deskWith(product, { authorization: `Bearer ${text}` });
  viewers.push({ name: 'khoá API của xã', desk, sees: [bumTo.mark], home: bumTo });
  return viewers;
}
