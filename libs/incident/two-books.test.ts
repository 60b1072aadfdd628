import { describe, expect, it } from 'vitest';

import type { Principal } from '#libs/model';

import { aBook, AN, anAlert, BINH, groupsOf } from '../../test/support/incident-parts.ts';

/** Two processes on the same documents, each with its own memory. */
async function twoBooks() {
  const rig = await aBook();
  await rig.book.settle([{ alert: anAlert() }]);
  const here = rig.book;
  await rig.restart();
  return { here, there: rig.book, rig, id: 'SC-2026-000001' };
}

const acknowledge = (who: Principal) =>
  [who, 'SC-2026-000001', 'acknowledge', { version: 1 }] as const;

describe('two processes on one incident', () => {
  it('let one person win; the other learns who was faster', async () => {
    const { here, there } = await twoBooks();
    expect(await here.act(...acknowledge(AN))).toHaveProperty('done');
    expect(await there.act(...acknowledge(BINH))).toMatchObject({
      reason: 'conflict',
      changedBy: 'an',
      current: { assignee: 'an', version: 2 },
    });
  });

  it('never lose an act to the counting of the other', async () => {
    const { here, there, id, rig } = await twoBooks();
    expect(await here.act(...acknowledge(AN))).toHaveProperty('done');
    await there.settle([{ alert: anAlert({ count: 99 }) }]);
    await rig.restart();
    expect(await rig.book.get(id)).toMatchObject({ assignee: 'an', events: 99, version: 2 });
  });

  it('never give one number twice', async () => {
    const { here, there, rig } = await twoBooks();
    const fresh = (rule: string) => [{ alert: anAlert({ rule, entities: [] }) }];
    await Promise.all([here.settle(fresh('b')), there.settle(fresh('c'))]);
    await rig.restart();
    expect([...rig.book.open()].map(({ id }) => id).toSorted()).toEqual([
      'SC-2026-000001',
      'SC-2026-000002',
      'SC-2026-000003',
    ]);
  });

  it('go on from what the other closed', async () => {
    const { here, there, id } = await twoBooks();
    const request = { version: 1, verdict: 'benign', text: 'bảo trì' } as const;
    expect(await here.act(AN, id, 'verdict', request)).toHaveProperty('done');
    await there.settle([{ alert: anAlert({ count: 50 }) }]);
    expect(groupsOf(there)).toEqual([]);
    expect(await there.get(id)).toMatchObject({ status: 'closed', verdict: 'benign' });
  });

  it('show what the other did once they are told of it', async () => {
    const { here, there, id } = await twoBooks();
    expect(await here.act(...acknowledge(AN))).toHaveProperty('done');
    await there.settle([{ alert: anAlert({ rule: 'b', entities: [] }) }]);
    const seen: number[] = [];
    here.feed.listen((seq) => seen.push(seq));
    await Promise.all([here.follow([id, 'SC-2026-000002']), there.follow([id])]);
    for (const book of [here, there]) {
      const open = [...book.open()].map(({ id: each, assignee }) => [each, assignee] as const);
      expect(new Map(open)).toEqual(
        new Map([
          [id, 'an'],
          ['SC-2026-000002', undefined],
        ]),
      );
    }
    expect(seen.length).toBeGreaterThan(0);
  });
});
