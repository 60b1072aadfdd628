import { describe, expect, it } from 'vitest';

import { ServerClock } from './server-clock.ts';

const START = Date.UTC(2026, 10, 23, 1);

function clock() {
  let local = 0;
  const server = new ServerClock(() => local, START);
  return {
    server,
    pass: (ms: number): void => {
      local += ms;
    },
  };
}

describe('the server’s time', () => {
  it('runs on between two readings', () => {
    const { server, pass } = clock();
    server.note(START + 1_000);
    pass(500);
    expect(server.now()).toBe(START + 1_500);
  });

  it('takes the speed of the demonstration from two readings', () => {
    const { server, pass } = clock();
    server.note(START);
    pass(5_000);
    server.note(START + 30_000);
    pass(1_000);
    expect(server.now()).toBe(START + 36_000);
  });

  it('takes jitter for jitter', () => {
    const { server, pass } = clock();
    server.note(START);
    pass(5_000);
    server.note(START + 5_600);
    pass(1_000);
    expect(server.now()).toBe(START + 6_600);
  });
});
