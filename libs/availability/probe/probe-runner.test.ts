import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, it, onTestFinished } from 'vitest';

import { ManualClock, type Probe } from '#libs/model';

import { MemoryDocuments } from '../../../test/support/memory-documents.ts';
import { RegisterBook } from '../register/register-book.ts';
import type { Verdict } from '../verdict.ts';
import { checkOnce, type CheckResult } from './check.ts';
import { ProbeRunner } from './probe-runner.ts';

const PROBE: Probe = {
  id: 'motcua-80',
  service: 'motcua-80',
  kind: 'http',
  target: 'http://127.0.0.1:1/',
  intervalS: 60,
  timeoutS: 2,
  failures: 3,
  successes: 2,
  enabled: true,
};
const GOOD: CheckResult = { ok: true, ms: 5 };
const BAD: CheckResult = { ok: false, ms: 9, error: 'ECONNREFUSED' };

async function registerWith(documents: MemoryDocuments): Promise<RegisterBook> {
  const register = new RegisterBook(documents);
  const place = { province: '80' };
  await register.save('service', [{ id: 'motcua-80', name: 'Một cửa Tây Ninh', place }]);
  await register.save('probe', [PROBE]);
  return register;
}

it('says down after three failures in a row and up after two successes, once each', async () => {
  const documents = new MemoryDocuments();
  const register = await registerWith(documents);
  const clock = new ManualClock(0);
  const told: Verdict[] = [];
  const results = [GOOD, BAD, BAD, GOOD, BAD, BAD, BAD, BAD, GOOD, GOOD, GOOD];
  const tell = (verdicts: readonly Verdict[]): Promise<void> => {
    told.push(...verdicts);
    return Promise.resolve();
  };
  const check = (): Promise<CheckResult> => Promise.resolve(results.shift() ?? GOOD);
  const runner = new ProbeRunner(register, documents, tell, clock, check);
  const seen: string[] = [];
  for (let minute = 0; minute < 11; minute += 1) {
    await runner.tick();
    await runner.tick();
    seen.push(runner.standing(PROBE).state.verdict);
    clock.advance(60_000);
  }
  expect(told.map(({ action, time }) => [action, time])).toEqual([
    ['probe-down', 6 * 60_000],
    ['probe-up', 9 * 60_000],
  ]);
  expect(told[0]?.place).toEqual({ province: '80' });
  expect(told[0]?.fields['error.message']).toBe('ECONNREFUSED');
  expect(seen.slice(6)).toEqual(['down', 'down', 'down', 'up', 'up']);
});

it('remembers over a restart that a service is down', async () => {
  const documents = new MemoryDocuments();
  const register = await registerWith(documents);
  const clock = new ManualClock(0);
  const told: Verdict[] = [];
  const tell = (verdicts: readonly Verdict[]): Promise<void> => {
    told.push(...verdicts);
    return Promise.resolve();
  };
  for (let run = 0; run < 2; run += 1) {
    const check = (): Promise<CheckResult> => Promise.resolve(BAD);
    const runner = new ProbeRunner(register, documents, tell, clock, check);
    await runner.load();
    for (let minute = 0; minute < 4; minute += 1) {
      await runner.tick();
      clock.advance(60_000);
    }
  }
  expect(told.map(({ action }) => action)).toEqual(['probe-down']);
});

it('tells a verdict again as the same event when it died before it knew that it was told', async () => {
  const documents = new MemoryDocuments();
  const register = await registerWith(documents);
  const clock = new ManualClock(0);
  const told: Verdict[] = [];
  const dying = (verdicts: readonly Verdict[]): Promise<void> => {
    told.push(...verdicts);
    return Promise.reject(new Error('died'));
  };
  const alive = (verdicts: readonly Verdict[]): Promise<void> => {
    told.push(...verdicts);
    return Promise.resolve();
  };
  const check = (): Promise<CheckResult> => Promise.resolve(BAD);
  const first = new ProbeRunner(register, documents, dying, clock, check);
  for (let minute = 0; minute < 2; minute += 1) {
    await first.tick();
    clock.advance(60_000);
  }
  await expect(first.tick()).rejects.toThrow('died');
  for (let life = 0; life < 2; life += 1) {
    clock.advance(60_000);
    const next = new ProbeRunner(register, documents, alive, clock, check);
    await next.load();
    await next.tick();
  }
  expect(told).toHaveLength(2);
  expect(told[1]).toEqual(told[0]);
});

it('checks a real server over HTTP and TCP and names what is wrong', async () => {
  const server = createServer((request, reply) => {
    if (request.url === '/slow') return;
    reply.statusCode = request.url === '/bad' ? 503 : 200;
    reply.end('ok');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const http = (path: string): Probe => ({ ...PROBE, target: `http://127.0.0.1:${port}${path}` });
  const tcp = (target: string): Probe => ({ ...PROBE, kind: 'tcp', target });
  expect(await checkOnce(http('/'))).toMatchObject({ ok: true });
  expect(await checkOnce(http('/bad'))).toMatchObject({ ok: false, error: 'HTTP 503' });
  expect(await checkOnce({ ...http('/slow'), timeoutS: 1 })).toMatchObject({
    ok: false,
    error: 'no answer within 1 s',
  });
  expect(await checkOnce(tcp(`127.0.0.1:${port}`))).toMatchObject({ ok: true });
  expect(await checkOnce(tcp('127.0.0.1:1'))).toMatchObject({ ok: false, error: 'ECONNREFUSED' });
});
