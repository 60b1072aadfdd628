import type { IncidentRecord } from '../record.ts';
import { keyText } from './scope-index.ts';
import { type ScopeKey, WIDE_SCOPES, type WideScope } from './sign.ts';

/** What an incident that stands for others has in common; undefined for any other incident. */
export function keyOfRoot({ incident }: IncidentRecord): ScopeKey | undefined {
  const scope = WIDE_SCOPES.find((wide) => wide === incident.scope);
  if (incident.outage === undefined || scope === undefined) return undefined;
  return { scope, of: incident.outage.of };
}

/** Whether one scope is wider than another. */
export function isWider(scope: WideScope, than: WideScope): boolean {
  return WIDE_SCOPES.indexOf(scope) > WIDE_SCOPES.indexOf(than);
}

/** Open incidents that stand for others, by what they have in common and by what they take in. */
export class RootIndex {
  readonly #records = new Map<string, IncidentRecord>();
  readonly #byKey = new Map<string, Set<string>>();
  readonly #covering = new Map<string, Set<string>>();

  get size(): number {
    return this.#records.size;
  }

  get(id: string): IncidentRecord | undefined {
    return this.#records.get(id);
  }

  put(record: IncidentRecord): void {
    const { id, outage } = record.incident;
    const key = keyOfRoot(record);
    this.remove(id);
    if (key === undefined) return;
    this.#records.set(id, record);
    add(this.#byKey, keyText(key), id);
    for (const covered of outage?.covers ?? []) add(this.#covering, covered, id);
  }

  remove(id: string): void {
    const record = this.#records.get(id);
    const key = record === undefined ? undefined : keyOfRoot(record);
    if (record === undefined || key === undefined) return;
    this.#records.delete(id);
    drop(this.#byKey, keyText(key), id);
    for (const covered of record.incident.outage?.covers ?? []) drop(this.#covering, covered, id);
  }

  ofKey(key: ScopeKey): IncidentRecord[] {
    const ids = [...(this.#byKey.get(keyText(key)) ?? [])];
    return ids.map((id) => this.#records.get(id)).filter((record) => record !== undefined);
  }

  /** The incidents that take this one in. */
  covering(incident: string): ReadonlySet<string> {
    return this.#covering.get(incident) ?? NONE;
  }
}

const NONE: ReadonlySet<string> = new Set();

function add(all: Map<string, Set<string>>, key: string, id: string): void {
  const ids = all.get(key);
  if (ids === undefined) all.set(key, new Set([id]));
  else ids.add(id);
}

function drop(all: Map<string, Set<string>>, key: string, id: string): void {
  const ids = all.get(key);
  ids?.delete(id);
  if (ids?.size === 0) all.delete(key);
}
