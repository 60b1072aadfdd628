import { MessageChannel } from 'node:worker_threads';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ProcessBroadcast, ProcessLease } from './embedded.ts';
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

describe('the embedded lease', () => {
  it('has one holder per name, and a later one with a higher fence', async () => {
    const lease = new ProcessLease();
    const first = await lease.take('retention');
    expect(await lease.take('retention')).toBeUndefined();
    expect(await lease.take('probes')).toBeDefined();
    await first?.release();
    const second = await lease.take('retention');
    expect(second?.fence ?? 0).toBeGreaterThan(first?.fence ?? 0);
  });
});

describe('the embedded broadcast', () => {
  it('tells every listener of the topic until it stops listening', () => {
    const broadcast = new ProcessBroadcast();
    const heard: unknown[] = [];
    const stop = broadcast.listen('rules', (message) => heard.push(message));
    broadcast.tell('rules', 1);
    broadcast.tell('other', 2);
    stop();
    broadcast.tell('rules', 3);
    expect(heard).toEqual([1]);
  });
});
