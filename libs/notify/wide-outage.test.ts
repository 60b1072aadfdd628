import type { Alert, Entity } from '#libs/model';
import { describe, expect, it, onTestFinished } from 'vitest';

import { AN, aBook, anAlert } from '../../test/support/incident-parts.ts';
import type { Channel } from './channel.ts';
import { Notifier } from './notifier.ts';
import type { Notice } from './notice.ts';

/** Critical alerts of five provinces that do not reach one system, and of our own probe of it. */
const everywhere = ['52', '15', '40', '56', '92', '00'].map((province): Alert => {
  const kind: Entity['kind'] = province === '00' ? 'service' : 'upstream';
  const entities: Entity[] = [{ kind, value: 'ndop' }];
  const group = { province };
  return anAlert({ rule: 'out-1', level: 'critical', group, place: { province }, entities });
});

async function aDesk() {
  const rig = await aBook();
  const sent: Notice[] = [];
  const channel: Channel = {
    name: 'hook',
    send: async (notice, also) => {
      sent.push(notice, ...also);
    },
    close: async () => {},
  };
  const notifier = new Notifier({
    documents: rig.documents,
    clock: rig.clock,
    channels: [channel],
    incidents: {
      open: () => rig.book.open(),
      get: (id) => rig.book.get(id),
      noted: (id, facts) => rig.book.noted(id, facts),
    },
    policy: {
      severityMin: 'critical',
      linkOf: (id) => id,
      placeName: () => 'Đồng Nai',
      pagesLate: () => false,
    },
  });
  rig.book.listen((changes) => void notifier.hear(changes));
  onTestFinished(() => notifier.stop());
  const settle = async (...facts: Parameters<typeof rig.book.settle>[0]): Promise<void> => {
    await rig.book.settle(facts);
    await notifier.idle();
  };
  return { ...rig, sent, settle };
}

describe('an outage of many places', () => {
  it('is told once, not once for each of its incidents, and its end once', async () => {
    const desk = await aDesk();
    await desk.settle(...everywhere.map((alert) => ({ alert })));
    expect(desk.sent.map(({ kind, sentence }) => [kind, sentence])).toEqual([
      ['opened', 'Sự cố diện rộng: 5 tỉnh, thành phố không kết nối được ndop'],
    ]);
    const recovered = { time: (everywhere[0]?.last ?? 0) + 1, event: 'e' };
    await desk.settle(...everywhere.map((alert) => ({ alert, recovered })));
    expect(desk.sent.map(({ kind }) => kind)).toEqual(['opened', 'recovered']);
  });

  it('tells of an incident by itself once a person took it out', async () => {
    const desk = await aDesk();
    await desk.settle(...everywhere.map((alert) => ({ alert })));
    const id = (await desk.book.alert(everywhere[0]?.id ?? ''))?.incident ?? '';
    await desk.book.act(AN, id, 'release', { version: 1 });
    await desk.settle();
    expect(desk.sent.map(({ incident }) => incident)).toContain(id);
  });
});
