import { type IncidentBook, type IncidentLimits, openIncidentBook } from '#libs/incident';
import { type Alert, alertId, ManualClock, type Place, type Principal } from '#libs/model';

import { MemoryDocuments } from './memory-documents.ts';

/** Monday 23 November 2026, 08:00 in Viet Nam. */
export const MORNING = Date.UTC(2026, 10, 23, 1);
export const MINUTE = 60_000;

/** An alert in force of one address in Đồng Nai, but for what the test names. */
export function anAlert(facts: Partial<Alert> = {}): Alert {
  const rule = facts.rule ?? 'sec-01';
  const group = facts.group ?? { 'source.ip': '203.0.113.77' };
  const first = facts.first ?? MORNING;
  const groupKey = facts.groupKey ?? `75\0${Object.values(group).join('\0')}`;
  return {
    id: alertId(rule, groupKey, first),
    rule,
    title: 'Brute force',
    level: 'high',
    group,
    groupKey,
    first,
    last: first + MINUTE,
    count: 20,
    evidence: [],
    place: { province: '75' },
    entities: [{ kind: 'address', value: group['source.ip'] ?? 'none' }],
    late: false,
    state: { kind: 'in_force' },
    ...facts,
  };
}

export const AN: Principal = {
  user: 'an',
  name: 'An',
  role: 'analyst',
  scope: { province: '00' },
};
export const BINH: Principal = { ...AN, user: 'binh', name: 'Bình' };

export interface Rig {
  book: IncidentBook;
  readonly documents: MemoryDocuments;
  readonly clock: ManualClock;
  readonly recorded: { who: string; what: string; target: string }[];
  /** What fails from now on. */
  readonly faults: { record: boolean };
  /** Opens the book again on the same documents, as a restart does. */
  restart(): Promise<void>;
}

const NAMES: Readonly<Record<string, string>> = { '75': 'Đồng Nai', '46': 'Huế', '12': 'Lai Châu' };

export function placeView(place: Place) {
  const provinceName = NAMES[place.province] ?? place.province;
  return place.commune === undefined
    ? { province: place.province, provinceName }
    : { ...place, provinceName, communeName: `xã ${place.commune}` };
}

/** A book on documents in memory with a clock that stands. */
export async function aBook(limits: Partial<IncidentLimits> = {}): Promise<Rig> {
  const documents = new MemoryDocuments();
  const clock = new ManualClock(MORNING);
  const faults = { record: false };
  const recorded: { who: string; what: string; target: string }[] = [];
  const open = () =>
    openIncidentBook({
      documents,
      clock,
      names: {
        rules: (rule) =>
          rule === 'sec-01'
            ? {
                title: 'Brute force',
                titleVi: 'Dò mật khẩu',
                code: 'SEC-01',
                scope: 'system',
                sentence: {
                  vi: '{source.ip} dò mật khẩu {count} lần trong {minutes} phút tại {place}',
                  en: '{source.ip} guessed {count} passwords in {minutes} minutes at {place}',
                },
              }
            : rule.startsWith('out')
              ? { title: rule, scope: 'system', outage: true }
              : undefined,
        places: placeView,
        credit: (rule) => (rule === 'sec-01' ? { author: 'Lan', license: 'DRL 1.1' } : {}),
      },
      record: async (entry) => {
        if (faults.record) throw new Error('the record cannot be written');
        recorded.push(entry);
      },
      allows: (principal) => principal.role !== 'manager',
      limits,
    });
  const rig: Rig = {
    book: await open(),
    faults,
    documents,
    clock,
    recorded,
    async restart() {
      rig.book = await open();
    },
  };
  return rig;
}

/**
 * Settles a batch while its writes fail after some of them, and whole again after that; a failure
 * may end in a restart.
 */
export async function settleThroughFault(
  rig: Rig,
  alerts: readonly Alert[],
  keep: number,
): Promise<void> {
  const facts = alerts.map((alert) => ({ alert }));
  rig.documents.failNext(keep);
  const failed = await rig.book.settle(facts).then(
    () => false,
    () => true,
  );
  rig.documents.failNext(Infinity);
  if (failed && keep % 2 === 1) await rig.restart();
  await rig.book.settle(facts);
}

/** The alerts of every open incident, as sorted sets. */
export function groupsOf(book: IncidentBook): string[][] {
  return [...book.open()]
    .map((incident) => incident.alerts.toSorted())
    .toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}
