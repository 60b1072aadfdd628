import type { Core } from './core.ts';
import type { Engine } from './engine.ts';

const DAY_MS = 86_400_000;

/** The scheduled work of the whole product, each job in one entry. */
export function addJobs(core: Core, engine: Engine): void {
  const { schedule, config, availability, clock, auth, log } = core;
  schedule.add({
    id: 'silence',
    name: { vi: 'Xét nguồn im lặng', en: 'Judge silent sources' },
    when: { everyS: config.availability.check_interval_s },
    run: async () => {
      await availability.tracker.judge(engine.reached());
    },
  });
  schedule.add({
    id: 'probes',
    name: { vi: 'Kiểm tra khả dụng', en: 'Probes' },
    when: { everyS: 1 },
    run: async () => {
      await availability.probes.tick();
    },
  });
  schedule.add({
    id: 'advance',
    name: { vi: 'Kết thúc thời gian chờ', en: 'End of waits' },
    when: { everyS: 5 },
    run: async () => {
      await engine.advance();
      await engine.alerts.tick();
    },
  });
  schedule.add({
    id: 'retention',
    name: { vi: 'Xoá sự kiện quá hạn lưu', en: 'Retention' },
    when: { cron: '15 3 * * *' },
    run: async () => {
      const before = clock.now() - config.store.retention_days * DAY_MS;
      const { days } = await engine.dropBefore(before);
      if (days.length > 0) log.info({ days }, 'days past retention were removed');
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
