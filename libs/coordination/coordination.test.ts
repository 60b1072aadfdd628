import { MessageChannel } from 'node:worker_threads';

import { describe, expect, it, onTestFinished } from 'vitest';

import { coordinationContract } from './coordination.contract.ts';
import { ProcessBroadcast, ProcessChangeLog, ProcessLease, ProcessRoster } from './embedded.ts';
import { ThreadLink } from './thread-link.ts';

type Doubler = {
  readonly double: (n: number) => number;
  readonly fail: (why: string) => never;
};

describe('ThreadLink', () => {
  function pair(): { asking: ThreadLink<Doubler>; answering: ThreadLink<Record<string, never>> } {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    const answering = new ThreadLink<Record<string, never>>(port2, {
      double: (n: number) => n * 2,
      fail: (why: string) => {
        throw new Error(why);
      },
    });
    return { asking: new ThreadLink<Doubler>(port1, {}), answering };
  }

  it('answers each question with its own answer, also when many are open', async () => {
    const { asking } = pair();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => asking.ask('double', n)));
    expect(answers).toEqual([2, 4, 6, 8]);
  });

  it('rejects with the message that the other side threw', async () => {
    const { asking } = pair();
    await expect(asking.ask('fail', 'no disk')).rejects.toThrow('no disk');
  });

  it('rejects open and later questions once the other thread has ended', async () => {
    const { asking } = pair();
    const open = asking.ask('double', 1);
    asking.end(new Error('it died'));
    await expect(open).rejects.toThrow('it died');
    await expect(asking.ask('double', 1)).rejects.toThrow('it died');
  });
});

describe('the embedded adapters', () => {
  // One process is the whole cluster.
  coordinationContract({
    leases: () => {
      const lease = new ProcessLease();
      return Promise.resolve([lease, lease]);
    },
    broadcasts: () => {
      const broadcast = new ProcessBroadcast();
      return Promise.resolve([broadcast, broadcast]);
    },
    logs: () => {
      const log = new ProcessChangeLog();
      return Promise.resolve([log, log]);
    },
    rosters: () => {
      const roster = new ProcessRoster();
      return Promise.resolve([roster, roster]);
    },
  });
});
