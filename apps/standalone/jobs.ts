import { statfs } from 'node:fs/promises';

import { anchorHeads } from '#libs/audit';
import { retainEvents } from '#libs/store';

import { SelfWatch } from '../engine/self-watch/self-watch.ts';
import type { Core } from './core.ts';
import { retainOldDocuments } from './document-retention.ts';
import type { Engine } from './engine.ts';
import { partsOf } from './roles.ts';

const LAG_SECONDS_MAX = 60;
/** Bodies or records set aside between two looks that count as a growing quarantine. */
const SET_ASIDE_MAX = 10;
const PERCENT = 100;
/** So much of a chain can be cut off at most without another chain telling. */
const ANCHOR_S = 3_600;

/** Share of the disk that holds the folder which is used. */
async function diskPercent(folder: string): Promise<number | undefined> {
  const { blocks, bavail } = await statfs(folder);
  return blocks === 0 ? undefined : PERCENT * (1 - bavail / blocks);
}

/** The scheduled work of the whole product, each job in one entry. */
export function addJobs(core: Core, engine: Engine): void {
  addReloading(core, engine);
  addAnchors(core);
  if (!partsOf(core.role).engine) return;
  addWatching(core, engine);
  addSelfWatch(core, engine);
  addUpkeep(core, engine);
}

/** What every process does for itself: what was changed elsewhere comes into force here. */
function addReloading({ schedule, catalog, log }: Core, engine: Engine): void {
  schedule.add({
    id: 'rules',
    name: { vi: 'Nạp lại luật khi có thay đổi', en: 'Load rules anew when they change' },
    when: { everyS: 2 },
    everywhere: true,
    run: async () => {
      if (!(await catalog.isStale())) return;
      const outcome = await catalog.load();
      if (outcome.loaded) await engine.setRules(outcome.bundle);
      else
        log.error({ problems: outcome.problems }, 'the new rules do not load; the old ones stay');
    },
  });
  schedule.add({
    id: 'mutings',
    name: { vi: 'Đọc lại im lặng và bảo trì', en: 'Silences and windows of others' },
    when: { everyS: 2 },
    everywhere: true,
    run: () => engine.readMutings(),
  });
}

/** Every process that writes the record puts the heads of the others' chains into its own. */
function addAnchors({ schedule, documents, audit }: Core): void {
  const told = new Map<string, string>();
  schedule.add({
    id: 'record',
    name: { vi: 'Ghi đầu các chuỗi nhật ký vào nhau', en: 'Heads of the record in each other' },
    when: { everyS: ANCHOR_S },
    everywhere: true,
    run: async () => {
      await anchorHeads(documents, audit, told);
    },
  });
}

/** Looking at sources and services, and letting waits end. */
function addWatching({ schedule, config, availability, log }: Core, engine: Engine): void {
  schedule.add({
    id: 'silence',
    name: { vi: 'Xét nguồn im lặng', en: 'Judge silent sources' },
    when: { everyS: config.availability.check_interval_s },
    stays: true,
    run: async () => {
      await availability.tracker.judge(engine.reached());
    },
  });
  schedule.add({
    id: 'ledger',
    name: { vi: 'Ghi sổ đánh giá luật', en: 'Ledger of evaluation' },
    when: { everyS: 10 },
    stays: true,
    run: async () => {
      await engine.keepLedger();
    },
  });
  schedule.add({
    id: 'probes',
    name: { vi: 'Kiểm tra khả dụng', en: 'Probes' },
    when: { everyS: 1 },
    stays: true,
    run: () => {
      // A check that waits for its time-out must not hold up the others.
      availability.probes.tick().catch((error: unknown) => {
        log.warn({ err: error }, 'a probe could not be told of; its next check tries again');
      });
      return Promise.resolve();
    },
  });
  schedule.add({
    id: 'advance',
    name: { vi: 'Kết thúc thời gian chờ', en: 'End of waits' },
    when: { everyS: 5 },
    everywhere: true,
    run: async () => {
      await engine.advance();
      await engine.tick();
    },
  });
}

/** The SOC looks at itself. */
function addSelfWatch(core: Core, engine: Engine): void {
  const { schedule, config, clock } = core;
  const watch = new SelfWatch(engine.alerts, clock, {
    diskWarnPercent: config.store.disk_warn_percent,
    diskCriticalPercent: config.store.disk_critical_percent,
    lagSecondsMax: LAG_SECONDS_MAX,
    setAsideMax: SET_ASIDE_MAX,
  });
  schedule.add({
    id: 'self',
    name: { vi: 'Tháp Canh tự kiểm tra', en: 'Self-watch' },
    when: { everyS: 15 },
    run: async () => {
      const counts = await core.spool.reader.quarantine.counts();
      await watch.look({
        diskPercent: await diskPercent(core.folder),
        lagSeconds: engine.lagSeconds(),
        setAside: Object.values(counts).reduce((sum, count) => sum + count, 0),
        stuck: engine.stuck(),
      });
    },
  });
}

/** What keeps the stores in order. */
function addUpkeep(core: Core, engine: Engine): void {
  const { schedule, config, clock, auth, log } = core;
  schedule.add({
    id: 'retention',
    name: { vi: 'Xoá sự kiện quá hạn lưu', en: 'Retention' },
    when: { cron: '15 3 * * *' },
    run: async () => {
      const store = engine.events;
      const { days } = await retainEvents(store, clock.now(), config.store.retention_days);
      if (days.length > 0) log.info({ days }, 'days past retention were removed');
    },
  });
  schedule.add({
    id: 'documents',
    name: { vi: 'Xoá sự cố đã đóng quá hạn lưu', en: 'Retention of closed incidents' },
    when: { cron: '45 3 * * *' },
    run: () => retainOldDocuments(core),
  });
  schedule.add({
    id: 'seal',
    name: { vi: 'Niêm phong ngày đã qua', en: 'Seal days that are over' },
    when: { everyS: 3_600 },
    run: async () => {
      await core.ground.sealDue(clock.now());
    },
  });
  schedule.add({
    id: 'sessions',
    name: { vi: 'Dọn phiên đã hết hạn', en: 'Ended sessions' },
    when: { everyS: 3_600 },
    run: async () => {
      await auth.sessions.sweep();
    },
  });
}
