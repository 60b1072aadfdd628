import type { Alert, Entity } from '#libs/model';

/** Why two alerts belong together: the entity they share. */
export interface Link {
  readonly alert: string;
  readonly entity: Entity;
}

type Spanned = Pick<Alert, 'id' | 'first' | 'last' | 'place' | 'entities'>;

/** Same province, and same commune where both name one. */
function samePlace(a: Spanned, b: Spanned): boolean {
  if (a.place.province !== b.place.province) return false;
  const [one, other] = [a.place.commune, b.place.commune];
  return one === undefined || other === undefined || one === other;
}

/** Milliseconds between two spans; 0 when they touch or overlap. */
function gapBetween(a: Spanned, b: Spanned): number {
  return Math.max(0, a.first - b.last, b.first - a.last);
}

export function closeTogether(a: Spanned, b: Spanned, joinGapMs: number): boolean {
  return samePlace(a, b) && gapBetween(a, b) <= joinGapMs;
}

export function entityKey(province: string, entity: Entity): string {
  return `${province}\0${entity.kind}\0${entity.value}`;
}

/** What an alert can be linked by: a vendor serves too many to say that two troubles are one. */
export function linkEntities({ entities }: Pick<Alert, 'entities'>): readonly Entity[] {
  return entities.some(({ kind }) => kind === 'vendor')
    ? entities.filter(({ kind }) => kind !== 'vendor')
    : entities;
}

function sharedEntity(a: Spanned, b: Spanned): Entity | undefined {
  return linkEntities(a).find((one) =>
    b.entities.some((other) => other.kind === one.kind && other.value === one.value),
  );
}

/** The entity by which two alerts belong to one incident, if they do. */
export function linkBetween(a: Spanned, b: Spanned, joinGapMs: number): Entity | undefined {
  return closeTogether(a, b, joinGapMs) ? sharedEntity(a, b) : undefined;
}

/** Sets that are joined pairwise; `find` names the set an element is in. */
export class JoinedSets {
  readonly #parent = new Map<string, string>();

  add(element: string): void {
    if (!this.#parent.has(element)) this.#parent.set(element, element);
  }

  find(element: string): string {
    let root = element;
    for (;;) {
      const parent = this.#parent.get(root) ?? root;
      if (parent === root) break;
      root = parent;
    }
    for (let at = element; at !== root;) {
      const next = this.#parent.get(at) ?? root;
      this.#parent.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: string, b: string): void {
    this.add(a);
    this.add(b);
    const [one, other] = [this.find(a), this.find(b)];
    if (one !== other) this.#parent.set(other, one);
  }
}

function sweep(
  alerts: readonly Spanned[],
  joinGapMs: number,
  join: (a: string, b: string) => void,
) {
  let reach: Spanned | undefined;
  for (const alert of alerts) {
    if (reach !== undefined && alert.first - reach.last <= joinGapMs) join(reach.id, alert.id);
    if (reach === undefined || alert.last > reach.last) reach = alert;
  }
}

/**
 * Calls `join` for enough linked pairs that joined alerts are exactly the connected ones. Costs a
 * sort per entity, not a comparison per pair.
 */
export function joinLinked(
  alerts: readonly Spanned[],
  joinGapMs: number,
  join: (a: string, b: string) => void,
): void {
  const byEntity = new Map<string, Spanned[]>();
  for (const alert of alerts) {
    for (const entity of linkEntities(alert)) {
      const key = entityKey(alert.place.province, entity);
      const sharing = byEntity.get(key);
      if (sharing === undefined) byEntity.set(key, [alert]);
      else sharing.push(alert);
    }
  }
  for (const sharing of byEntity.values()) {
    if (sharing.length < 2) continue;
    sharing.sort((a, b) => a.first - b.first);
    const communes = new Set(sharing.map((alert) => alert.place.commune));
    communes.delete(undefined);
    if (communes.size <= 1) sweep(sharing, joinGapMs, join);
    // An alert without commune is linked to those of every commune, those of two communes are not
    // to each other.
    for (const commune of communes.size > 1 ? communes : []) {
      const fitting = sharing.filter(
        ({ place }) => place.commune === undefined || place.commune === commune,
      );
      sweep(fitting, joinGapMs, join);
    }
  }
}
