import type { Broadcast, ChangeLog, Lease, Roster } from '#libs/coordination';
import type { RedisClock, RedisLink } from '#libs/coordination/redis';
import type { Carriage } from '#libs/handover/redis';
import type { Clock } from '#libs/model';
import type { StateStore } from '#libs/store';

/** How to reach the cluster's Redis, as plain values that a thread can be given. */
export interface ClusterSettings {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** What the processes of a cluster share through Redis, as one of them sees it. */
export interface Cluster {
  readonly link: RedisLink;
  /** The machine's time, or that of Redis where the machine's is far from it. */
  readonly clock: RedisClock;
  readonly lease: Lease;
  readonly broadcast: Broadcast;
  readonly roster: Roster;
  /** Matches and alert changes: nothing is dropped before its reader trims it. */
  readonly work: ChangeLog;
  /** What servers tell each other; the oldest are dropped. */
  readonly news: ChangeLog;
  readonly carriage: Carriage;
  /** States that refuse whoever holds a lower fencing number. */
  statesUnder(fence: number): StateStore;
  /** What is wrong with the settings of Redis, a sentence each. */
  problems(): Promise<readonly string[]>;
  close(): void;
}

/** Changes that servers can be behind before they fill up from the store. */
const NEWS_MAX = 20_000;
/** Only a limit on paper: the drainer stops at 70 % of Redis's memory. */
const WORK_MAX = 1_000_000_000;

/** Opens the connections of one process, or of one of its threads. Does not wait for Redis. */
export async function openCluster(settings: ClusterSettings, clock: Clock): Promise<Cluster> {
  const [coordination, { Carriage: Carries }, { RedisStateStore }] = await Promise.all([
    import('#libs/coordination/redis'),
    import('#libs/handover/redis'),
    import('#libs/store/redis'),
  ]);
  const link = new coordination.RedisLink(settings.redisUrl, settings.prefix);
  const redis = link.connect('patient');
  const time = new coordination.RedisClock(link, clock);
  const logs = [
    new coordination.RedisChangeLog(link, WORK_MAX),
    new coordination.RedisChangeLog(link, NEWS_MAX),
  ] as const;
  return {
    link,
    clock: time,
    lease: new coordination.RedisLease(link),
    broadcast: new coordination.RedisBroadcast(link),
    roster: new coordination.RedisRoster(link),
    work: logs[0],
    news: logs[1],
    carriage: new Carries(link, time),
    statesUnder: (fence) => new RedisStateStore(link, redis, fence),
    problems: () => coordination.durabilityProblems(redis),
    close: () => {
      time.close();
      for (const log of logs) log.close();
      link.close();
    },
  };
}
