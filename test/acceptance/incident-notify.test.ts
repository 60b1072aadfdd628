import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, it, onTestFinished } from 'vitest';

import type { DeliveryView, IncidentView, ListView } from '#libs/protocol';

import { startProduct } from '../support/product.ts';
import { smtpInbox } from '../support/smtp-inbox.ts';
import { until } from '../support/until.ts';
import { incidentsOf, sendLines, signIn } from './desk.ts';

/** A receiver on a free port that keeps what it took; the first answers are given, then 200. */
async function aHook(...answers: number[]) {
  const taken: { kind: string; incident: string; link: string; text: string }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const answer = answers.shift() ?? 200;
      if (answer === 200) taken.push(JSON.parse(Buffer.concat(parts).toString()) as never);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { taken, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

it('tells people by mail and webhook of what is severe, once, also over a crash', async () => {
  const inbox = await smtpInbox(onTestFinished);
  // The first try fails, and the product dies before the second.
  const hook = await aHook(503);
  const mail = { kind: 'smtp', name: 'thư', url: inbox.url, from: 'soc@x.vn', to: ['truc@x.vn'] };
  const channels = [mail, { kind: 'webhook', name: 'hook', url: hook.url }];
  const settings = { notify: { severity_min: 'high', channels } };
  const product = await startProduct(onTestFinished, { settings });
  const desk = await signIn(product);
  const now = Date.now();
  const lines = Array.from({ length: 25 }, (_, n) => {
    const at = new Date(now - 60_000 + n).toISOString();
    return `<38>1 ${at} web-1 sshd 7 - - Failed password for invalid user g-${n} from 203.0.113.8 port ${2000 + n} ssh2`;
  });
  await sendLines(product, lines);
  const [incident] = await until('an incident', async () => {
    const found = (await incidentsOf(desk)).filter(({ severity }) => severity === 'high');
    return found.length > 0 ? found : undefined;
  });
  const { id = '' } = incident ?? {};
  await until('the mail is sent and noted', async () => {
    const { timeline } = await desk.get<IncidentView>(`/api/v1/incidents/${id}`);
    return timeline.some(({ facts }) => facts['channel'] === 'thư') ? true : undefined;
  });
  const { rows } = await desk.get<ListView<DeliveryView>>(`/api/v1/deliveries?incident=${id}`);
  expect(rows.find(({ channel }) => channel === 'thư')).toMatchObject({ state: 'sent', tries: 1 });
  await product.kill9();
  await product.restart();
  const calls = () => hook.taken.filter((call) => call.incident === id);
  await until('a call of the webhook', () => (calls().length > 0 ? true : undefined), {
    timeoutMs: 60_000,
  });
  expect(calls()).toMatchObject([{ kind: 'opened' }]);
  expect(calls()[0]?.text).toContain('Làm ngay:');
  expect(calls()[0]?.link).toContain(`/su-co/${id}`);
  const mails = inbox.mails.filter((sent) => sent.replaceAll('=\r\n', '').includes(`/su-co/${id}`));
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain('To: truc@x.vn');
});
