import { ENTITY_KINDS, type EntityKind, type Rise, type Scope } from '#libs/model';

import { Refused } from '../refusal.ts';
import type { Ours, OursCard } from '../rule-set.ts';
import {
  asMap,
  asText,
  asTexts,
  booleanOf,
  child,
  numberOf,
  type MapNode,
  type YamlNode,
} from '../yaml.ts';
import { readDuration } from './duration.ts';
import { readLevel } from './header.ts';

/** The key under which our additions stand; other engines ignore it. */
export const OURS_KEY = 'thapcanh';

const SCOPES: readonly Scope[] = ['commune', 'system', 'province', 'vendor', 'national'];
const CARD_STEPS = 3;
const BASELINE_DAYS = 7;
const KEYS = [
  'code',
  'title_vi',
  'sentence',
  'card',
  'group',
  'suppress',
  'national',
  'scope',
  'entities',
  'office_hours_level',
  'page_late',
  'recovers',
  'ratio',
  'baseline',
  'rise',
  'inhibits',
];

/** What a rule without additions has. */
export const OURS_DEFAULT: Ours = {
  national: false,
  scope: 'system',
  entities: {},
  pageLate: false,
  recovers: [],
  inhibits: [],
};

/** Our additions of a document, strictly checked; names of rules are still as written. */
export function readOurs(document: MapNode): Ours {
  const node = child(document, OURS_KEY);
  if (node === undefined) return OURS_DEFAULT;
  const map = asMap(node, OURS_KEY);
  known(map, KEYS, OURS_KEY);
  const read = <T>(key: string, reader: (value: YamlNode) => T): T | undefined => {
    const value = child(map, key);
    return value === undefined ? undefined : reader(value);
  };
  return definedOnly({
    code: read('code', (value) => asText(value, 'code')),
    titleVi: read('title_vi', (value) => asText(value, 'title_vi')),
    sentence: read('sentence', (value) => readBilingual(value, 'sentence', asText)),
    card: read('card', (value) => readBilingual(value, 'card', readCard)),
    group: read('group', (value) => asTexts(value, 'group')),
    suppressMs: read('suppress', (value) => readDuration(value, 'suppress')),
    national: read('national', (value) => flag(value, 'national')) ?? false,
    scope: read('scope', (value) => oneOf(value, SCOPES, 'scope')) ?? 'system',
    entities: read('entities', readEntities) ?? {},
    officeHoursLevel: read('office_hours_level', readLevel),
    pageLate: read('page_late', (value) => flag(value, 'page_late')) ?? false,
    recovers: read('recovers', (value) => asTexts(value, 'recovers')) ?? [],
    inhibits: read('inhibits', (value) => asTexts(value, 'inhibits')) ?? [],
    ratio: read('ratio', readRatio),
    rise: read('rise', readRise),
    baseline: read('baseline', readBaseline),
  });
}

function definedOnly(ours: { [K in keyof Required<Ours>]: Ours[K] | undefined }): Ours {
  const entries = Object.entries(ours).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as Ours;
}

function readBilingual<T>(
  node: YamlNode,
  what: string,
  reader: (value: YamlNode, what: string) => T,
): { vi: T; en: T } {
  const map = asMap(node, what);
  known(map, ['vi', 'en'], what);
  return {
    vi: reader(required(map, 'vi', what), `${what}.vi`),
    en: reader(required(map, 'en', what), `${what}.en`),
  };
}

function readCard(node: YamlNode, what: string): OursCard {
  const map = asMap(node, what);
  known(map, ['what', 'who', 'steps', 'call'], what);
  const steps = required(map, 'steps', what);
  const lines = asTexts(steps, `${what}.steps`);
  if (lines.length !== CARD_STEPS) {
    throw new Refused('wrong_type', steps, `${what}.steps must be ${CARD_STEPS} lines`);
  }
  return {
    what: asText(required(map, 'what', what), `${what}.what`),
    who: asText(required(map, 'who', what), `${what}.who`),
    steps: lines,
    call: asText(required(map, 'call', what), `${what}.call`),
  };
}

function readEntities(node: YamlNode): Record<string, EntityKind> {
  const map = asMap(node, 'entities');
  return Object.fromEntries(
    map.entries.map(({ key, value }) => [
      key.text,
      oneOf(value, ENTITY_KINDS, `entities.${key.text}`),
    ]),
  );
}

function readRatio(node: YamlNode): NonNullable<Ours['ratio']> {
  const map = asMap(node, 'ratio');
  known(map, ['base', 'gte', 'gt'], 'ratio');
  const base = asTexts(required(map, 'base', 'ratio'), 'ratio.base');
  const limits = ['gte', 'gt'].flatMap((op) => {
    const value = child(map, op);
    if (value === undefined) return [];
    const share = numberOf(value);
    if (share !== undefined && share > 0) return [[op, share] as const];
    throw new Refused('wrong_type', value, `ratio.${op} must be a number above 0, such as 0.05`);
  });
  if (limits.length > 0) return { base, ...Object.fromEntries(limits) };
  throw new Refused('missing_key', map, 'ratio needs gte or gt', 'gte: 0.05');
}

function readBaseline(node: YamlNode): NonNullable<Ours['baseline']> {
  const map = asMap(node, 'baseline');
  known(map, ['gte', 'days'], 'baseline');
  const gte = numberOf(required(map, 'gte', 'baseline'));
  if (gte === undefined || gte <= 0) {
    throw new Refused('wrong_type', map, 'baseline.gte must be a number above 0, such as 3');
  }
  const written = child(map, 'days');
  if (written === undefined) return { gte, days: BASELINE_DAYS };
  const days = numberOf(written);
  if (days !== undefined && Number.isInteger(days) && days > 0) return { gte, days };
  throw new Refused('wrong_type', map, 'baseline.days must be a whole number above 0');
}

function readRise(node: YamlNode): Rise {
  const map = asMap(node, 'rise');
  known(map, ['to', 'ratio_gte', 'for', 'office_hours'], 'rise');
  const written = required(map, 'ratio_gte', 'rise');
  const ratioGte = numberOf(written);
  if (ratioGte === undefined || ratioGte <= 0) {
    throw new Refused(
      'wrong_type',
      written,
      'rise.ratio_gte must be a number above 0, such as 0.5',
    );
  }
  const lasting = child(map, 'for');
  const office = child(map, 'office_hours');
  return {
    to: readLevel(required(map, 'to', 'rise')),
    ratioGte,
    forMs: lasting === undefined ? 0 : readDuration(lasting, 'rise.for'),
    officeHours: office !== undefined && flag(office, 'rise.office_hours'),
  };
}

function required(map: MapNode, key: string, what: string): YamlNode {
  const value = child(map, key);
  if (value !== undefined) return value;
  throw new Refused('missing_key', map, `${what} needs ${key}`);
}

function flag(node: YamlNode, what: string): boolean {
  const value = booleanOf(node);
  if (value !== undefined) return value;
  throw new Refused('wrong_type', node, `${what} must be true or false`);
}

function oneOf<T extends string>(node: YamlNode, words: readonly T[], what: string): T {
  const text = asText(node, what);
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  const message = `${what} can not be ${text}`;
  throw new Refused('unknown_value', node, message, `one of ${words.join(', ')}`);
}

/** Refuses a key that is not in the list, at its place. */
export function known(map: MapNode, keys: readonly string[], what: string): void {
  for (const { key } of map.entries) {
    if (keys.includes(key.text)) continue;
    const message = `${what} has no key ${key.text}`;
    throw new Refused('unknown_key', key, message, `one of ${keys.join(', ')}`);
  }
}
