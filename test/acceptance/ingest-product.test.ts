import { setTimeout as pause } from 'node:timers/promises';

import { expect, it, onTestFinished } from 'vitest';

import { startProduct } from '../support/product.ts';
import { startRsyslog } from '../support/rsyslog.ts';
import { searched, signIn } from './desk.ts';
import { bulkWithIds, PatientSender } from './ingest-parts.ts';

const KILLS = 3;
const ROUND = 800;

/** How often each number `PREFIX-000123` stands in the messages. */
function timesOf(messages: readonly unknown[], prefix: string): Map<string, number> {
  const times = new Map<string, number>();
  for (const message of messages) {
    const number = new RegExp(`${prefix}-(\\d+)`).exec(String(message))?.[1];
    if (number !== undefined) times.set(number, (times.get(number) ?? 0) + 1);
  }
  return times;
}

it(`finds every event of rsyslog and of HTTP senders once, after ${KILLS} kills of the product`, async () => {
  const product = await startProduct(onTestFinished);
  const key = product.ingestKey;
  const rsyslog = await startRsyslog(onTestFinished, [
    bulkWithIds(product.inputs['bulk'] ?? 0, key),
  ]);
  const sender = new PatientSender(() => product.url, { key, perBody: 5, connections: 2 });
  let sent = 0;
  const log = () => {
    const lines = Array.from({ length: ROUND }, (_, i) => `bulk-${sent + i} Failed password`);
    sent += ROUND;
    return rsyslog.log(lines, { tag: 'sshd', priority: 'auth.info' });
  };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const logging = log();
    await pause(200 + 300 * Math.random());
    await product.kill9();
    await product.restart();
    await logging;
  }
  await sender.finish();
  const desk = await signIn(product);
  const http = sender.acknowledged.length;
  const events = [
    ...(await searched(desk, 'message:"Failed password"', sent)),
    ...(await searched(desk, 'message:"đăng nhập thất bại"', http)),
  ];
  const messages = events.map(({ fields }) => fields['message']);
  for (const [prefix, count] of [
    ['bulk', sent],
    ['http', http],
  ] as const) {
    const times = timesOf(messages, prefix);
    expect([prefix, times.size]).toEqual([prefix, count]);
    expect([...times].filter(([, n]) => n > 1)).toEqual([]);
  }
});
