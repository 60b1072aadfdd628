import { deserialize, serialize } from 'node:v8';

import { PermanentError } from '#libs/model';

import type { SavedShelf } from './cold/shelf.ts';
import type { Episode } from './episode.ts';
import { refill, type KeyState } from './key-state.ts';
import type { SavedLearning } from './learning.ts';
import type { Machine } from './machine.ts';
import { Moments, type SavedMoments } from './moments.ts';
import { nursedEntries, type Nursed } from './nursery.ts';
import { fingerprint } from './plan.ts';
import { Timeline, type Columns } from './timeline.ts';

/** Number of the layout below; another one is refused. */
const FORMAT = 3;
/** Older ones lack what was put away and what was learned; rules that changed since start empty. */
const OLDEST_FORMAT = 1;

interface SavedKey {
  readonly key: string;
  readonly line: Columns;
  readonly against: SavedMoments | undefined;
  readonly low: number;
  readonly episodes: Episode[];
  readonly horizon: number;
  readonly cold?: number;
}

interface Saved {
  readonly format: number;
  readonly reached: number;
  readonly shelf: SavedShelf | undefined;
  readonly machines: readonly {
    readonly plan: string;
    readonly keys: readonly SavedKey[];
    readonly nursed: Nursed | undefined;
    readonly learnt: SavedLearning | undefined;
    readonly cold?: number;
  }[];
}

/** The settled state of all machines. */
export function save(
  machines: readonly Machine[],
  reached: number,
  shelf: SavedShelf | undefined,
): Uint8Array {
  const saved: Saved = {
    format: FORMAT,
    reached,
    shelf,
    machines: machines.map((machine) => ({
      plan: fingerprint(machine.plan),
      keys: [...machine.states.values()].map(savedKey),
      nursed: machine.nursed(),
      learnt: machine.learnt,
      cold: machine.cold,
    })),
  };
  return serialize(saved);
}

function savedKey(state: KeyState): SavedKey {
  const { key, line, against, low, episodes, horizon, cold } = state;
  return { key, line: line.columns(), against: against?.save(), low, episodes, horizon, cold };
}

/**
 * Fills empty machines from a snapshot and gives back the receipt time reached and what was put
 * away. Rules that are not
 * in it, or were other ones then, start empty. Throws a PermanentError when the bytes are no
 * snapshot of this format.
 */
export function load(
  machines: readonly Machine[],
  bytes: Uint8Array,
): { readonly reached: number; readonly shelf: SavedShelf | undefined } {
  const saved = read(bytes);
  const byPlan = new Map(saved.machines.map((machine) => [machine.plan, machine]));
  for (const machine of machines) {
    const held = byPlan.get(fingerprint(machine.plan));
    if (held?.learnt !== undefined) machine.learn(held.learnt);
    machine.cold = held?.cold ?? -Infinity;
    if (held !== undefined) machine.close(saved.reached);
    for (const [key, entries] of held?.nursed === undefined ? [] : nursedEntries(held.nursed))
      for (const entry of entries) machine.nurse(key, entry, saved.reached);
    for (const key of held?.keys ?? []) {
      const state = loadedKey(key);
      state.meter = refill(state, machine.plan);
      const oldest = Math.min(state.line.times[0] ?? Infinity, state.against?.oldest ?? Infinity);
      machine.adopt(state, oldest === Infinity ? saved.reached : oldest, saved.reached);
    }
  }
  return { reached: saved.reached, shelf: saved.shelf };
}

function read(bytes: Uint8Array): Saved {
  let saved: Partial<Saved> | null;
  try {
    saved = deserialize(bytes) as Partial<Saved> | null;
  } catch (cause) {
    throw new PermanentError('the snapshot of correlation can not be read', { cause });
  }
  const found = saved?.format ?? 0;
  if (found < OLDEST_FORMAT || found > FORMAT) {
    throw new PermanentError(`the snapshot of correlation has format ${found}, not ${FORMAT}`);
  }
  return saved as Saved;
}

function loadedKey(saved: SavedKey): KeyState {
  const line = Object.assign(new Timeline(), saved.line);
  const against = saved.against && new Moments(saved.against);
  const { key, low, episodes, horizon, cold = -Infinity } = saved;
  return {
    key,
    line,
    against,
    seen: line.size,
    low,
    meter: undefined,
    episodes,
    touches: [],
    late: [],
    shown: undefined,
    horizon,
    cold,
    takenBack: -Infinity,
  };
}
