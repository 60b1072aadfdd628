import {
  CENTRE,
  type Alert,
  type AlertChange,
  type AlertState,
  type Entity,
  type EntityKind,
  type Place,
  type Severity,
} from '#libs/model';

import { resummarize, type Episode } from './episode.ts';
import type { Settled } from './evaluation.ts';
import { evidenceOf } from './evidence.ts';
import { ABSENT, canonicalKey } from './group-key.ts';
import type { KeyState, Shown } from './key-state.ts';
import { isOfficeTime } from './office-hours.ts';
import type { Plan } from './plan.ts';
import { riseOver, worse } from './rise.ts';
import type { Timeline } from './timeline.ts';

/**
 * The alert that an episode is; `late` says whether its last match was long past when this became
 * known.
 */
export function alertOf(
  plan: Plan,
  state: KeyState,
  episode: Episode,
  alertState: AlertState,
  late: boolean,
): Alert {
  const { line } = state;
  if (episode.stale) resummarize(episode, line, plan.content);
  state.shown ??= shownOf(plan, state.key);
  const { province, groupKey, group, entities } = state.shown;
  return {
    id: episode.id,
    rule: plan.rule,
    title: plan.title,
    level: levelOf(plan, episode, line),
    group,
    groupKey,
    first: episode.first,
    last: episode.last,
    count: episode.count,
    evidence: evidenceOf(episode, line, plan.content),
    place: placeOf(province, episode),
    entities: plan.extras.length === 0 ? entities : withExtras(plan, entities, episode),
    late,
    state: alertState,
  };
}

/** What settling a key did to alerts; `isLate` says so of the time of a last match. */
export function changesOf(
  plan: Plan,
  state: KeyState,
  settled: Settled,
  isLate: (last: number) => boolean,
): AlertChange[] {
  const changes: AlertChange[] = [];
  const add = (kind: AlertChange['kind'], episode: Episode, to: AlertState) =>
    changes.push({ kind, alert: alertOf(plan, state, episode, to, isLate(episode.last)) });
  const inForce: AlertState = { kind: 'in_force' };
  for (const episode of settled.raised) add('raised', episode, inForce);
  for (const episode of settled.changed) add('changed', episode, inForce);
  for (const { episode, cause } of settled.gone) {
    const begin = episode.satisfied - plan.spanMs;
    const heir = state.episodes.find(
      (other) => other.last > begin && other.satisfied - plan.spanMs < episode.last,
    );
    const kind = heir === undefined ? 'withdrawn' : 'superseded';
    add(kind, episode, { kind, by: heir?.id ?? cause });
  }
  return changes;
}

function levelOf(plan: Plan, episode: Episode, line: Timeline): Severity {
  const usual = isOfficeTime(episode.first) ? plan.officeHoursLevel : plan.level;
  const { rise } = plan;
  if (rise === undefined) return usual;
  const [from, to] = [line.from(episode.satisfied), line.after(episode.last)];
  return riseOver(rise, line, from, to, episode.prefix?.rise).risen ? worse(usual, rise.to) : usual;
}

function shownOf(plan: Plan, key: string): Shown {
  const [province, ...values] = key.split('\0') as [string, ...string[]];
  const group: Record<string, string> = {};
  const entities: Entity[] = [];
  for (const [i, { name }] of plan.grouping.groupBy.entries()) {
    const value = values[i] as string;
    if (value === ABSENT) continue;
    group[name] = value;
    addEntity(entities, plan.groupKinds[i], value);
  }
  return { province, groupKey: canonicalKey(key), group, entities };
}

function withExtras(plan: Plan, grouped: readonly Entity[], episode: Episode): Entity[] {
  const entities = [...grouped];
  for (const [i, { kind }] of plan.extras.entries())
    for (const value of episode.extras[i] ?? []) addEntity(entities, kind, value);
  return entities;
}

function addEntity(entities: Entity[], kind: EntityKind | undefined, value: string): void {
  if (kind === undefined) return;
  if (!entities.some((e) => e.kind === kind && e.value === value)) entities.push({ kind, value });
}

function placeOf(province: string, { commune, mixed }: Episode): Place {
  if (province === CENTRE || commune === undefined || mixed) return { province };
  return { province, commune };
}
