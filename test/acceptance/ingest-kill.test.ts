import { describe, expect, it, onTestFinished } from 'vitest';

import { forwardTcp, forwardUdp, startRsyslog } from '../support/rsyslog.ts';
import { until } from '../support/until.ts';
import { counted, numbersIn, spooledRecords, startCollector, twice } from './ingest-parts.ts';
import { endUnderLoad } from './ingest-load.ts';

const KILLS = 3;
const ROUND = 8000;

describe('the collector under load from real senders', () => {
  it.each(['kill9', 'stop'] as const)(
    `loses nothing acknowledged and takes nothing twice over ${KILLS} ends by %s`,
    async (end) => {
      const collector = await startCollector(onTestFinished);
      const outcome = await endUnderLoad(onTestFinished, collector, {
        times: KILLS,
        round: ROUND,
        end,
      });
      expect(outcome).toEqual({ lost: [], twice: [] });
    },
  );

  it('takes everything that rsyslog forwards over TCP and UDP, and says what UDP lost', async () => {
    const collector = await startCollector(onTestFinished);
    const { syslog_tcp: tcp, syslog_udp: udp } = collector.ports;
    const rsyslog = await startRsyslog(onTestFinished, [
      forwardTcp(tcp),
      forwardTcp(tcp, { framing: 'traditional' }),
      forwardUdp(udp),
    ]);
    const lines = Array.from({ length: 2000 }, (_, i) => `line-${i} kiểm tra đăng nhập`);
    await rsyslog.log(lines, { tag: 'sshd' });
    const expected = 3 * 2000;
    await until('everything was taken or is known to be lost', async () => {
      const state = await collector.state();
      const known = counted(state, 'accepted_events') + counted(state, 'dropped_messages');
      return known >= expected || undefined;
    });
    const records = await spooledRecords(collector);
    const of = (input: string) =>
      numbersIn(
        records.filter((r) => r.input === input),
        'line',
      );
    expect([...of('syslog_tcp').values()]).toEqual(Array.from({ length: 2000 }, () => 2));
    expect(of('syslog_udp').size).toBeGreaterThan(0);
    expect(twice(of('syslog_udp'))).toEqual([]);
    expect(records.every(({ text }) => text.includes('kiểm tra đăng nhập'))).toBe(true);
  });
});
