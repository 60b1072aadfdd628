import type { Alert } from '#libs/model';

import { closeTogether, entityKey, type Link, linkEntities } from './linking.ts';

interface Cluster {
  first: number;
  last: number;
  readonly alerts: Map<string, Alert>;
}

/**
 * Live alerts by entity and place, gathered by what they belong to, so that a new alert finds the
 * incidents it is linked to without looking at every alert of a busy entity.
 */
export class LinkIndex {
  readonly #joinGapMs: number;
  readonly #byEntity = new Map<string, Map<string, Cluster>>();

  constructor(joinGapMs: number) {
    this.#joinGapMs = joinGapMs;
  }

  put(alert: Alert, home: string): void {
    for (const key of keysOf(alert)) {
      let homes = this.#byEntity.get(key);
      if (homes === undefined) this.#byEntity.set(key, (homes = new Map<string, Cluster>()));
      const cluster = homes.get(home);
      if (cluster === undefined) {
        homes.set(home, {
          first: alert.first,
          last: alert.last,
          alerts: new Map([[alert.id, alert]]),
        });
        continue;
      }
      // The newest is looked at first, so what was just put goes to the end.
      cluster.alerts.delete(alert.id);
      cluster.alerts.set(alert.id, alert);
      cluster.first = Math.min(cluster.first, alert.first);
      cluster.last = Math.max(cluster.last, alert.last);
    }
  }

  remove(alert: Alert, home: string): void {
    for (const key of keysOf(alert)) {
      const homes = this.#byEntity.get(key);
      const cluster = homes?.get(home);
      if (homes === undefined || cluster === undefined) continue;
      cluster.alerts.delete(alert.id);
      if (cluster.alerts.size === 0) homes.delete(home);
      if (homes.size === 0) this.#byEntity.delete(key);
    }
  }

  /** What the alert is linked to, each home once with one alert and the entity that link it. */
  linked(alert: Alert): Map<string, Link> {
    const links = new Map<string, Link>();
    for (const entity of linkEntities(alert)) {
      const homes = this.#byEntity.get(entityKey(alert.place.province, entity));
      for (const [home, cluster] of homes ?? []) {
        if (links.has(home) || !this.#near(cluster, alert)) continue;
        const other = this.#first(cluster, alert);
        if (other !== undefined) links.set(home, { alert: other.id, entity });
      }
    }
    return links;
  }

  #near(cluster: Cluster, alert: Alert): boolean {
    return (
      alert.first - cluster.last <= this.#joinGapMs && cluster.first - alert.last <= this.#joinGapMs
    );
  }

  #first(cluster: Cluster, alert: Alert): Alert | undefined {
    for (const other of cluster.alerts.values()) {
      if (other.id !== alert.id && closeTogether(alert, other, this.#joinGapMs)) return other;
    }
    return undefined;
  }
}

function keysOf(alert: Alert): Set<string> {
  return new Set(linkEntities(alert).map((entity) => entityKey(alert.place.province, entity)));
}
