import { describe, expect, it } from 'vitest';

import type { ActionName, ActionRequest } from '#libs/protocol';

import { aBook, AN, anAlert, BINH, MINUTE, MORNING } from '../../test/support/incident-parts.ts';

async function desk() {
  const rig = await aBook();
  await rig.book.settle([{ alert: anAlert() }]);
  const [opened] = [...rig.book.open()];
  if (opened === undefined) throw new Error('no incident is open');
  const { id } = opened;
  const view = async () => {
    const found = await rig.book.view(AN.scope, id);
    if (found === undefined) throw new Error('it is gone');
    return found;
  };
  const act = async (action: ActionName, fields: Omit<ActionRequest, 'version'>, who = AN) => {
    const { version } = await view();
    return rig.book.act(who, id, action, { ...fields, version });
  };
  return { rig, id, view, act };
}

const at = (minutes: number): string => new Date(MORNING + minutes * MINUTE).toISOString();

describe('an incident that can wait', () => {
  it('says until when, runs its deadlines on, and comes back when asked or undone', async () => {
    const { view, act } = await desk();
    const { clocks } = await view();
    expect(await act('snooze', { until: at(60), text: 'chờ đơn vị' })).toHaveProperty('done');
    expect(await view()).toMatchObject({ snoozed: at(60), clocks, status: 'new' });
    expect((await view()).timeline.at(-1)).toMatchObject({
      what: 'snoozed',
      facts: { to: at(60), text: 'chờ đơn vị' },
    });
    await act('snooze', { until: null });
    expect((await view()).snoozed).toBeNull();
    await act('undo', {});
    expect((await view()).snoozed).toBe(at(60));
  });

  it('comes back by itself when another alert joins, and stays over a restart until then', async () => {
    const { rig, view, act } = await desk();
    await act('snooze', { until: at(60) });
    await rig.restart();
    expect((await view()).snoozed).toBe(at(60));
    await rig.book.settle([{ alert: anAlert({ count: 21 }) }]);
    expect((await view()).snoozed).toBe(at(60));
    await rig.book.settle([{ alert: anAlert({ rule: 'b' }) }]);
    const back = await view();
    expect(back.snoozed).toBeNull();
    expect(back.timeline.map(({ what }) => what)).toContain('woken');
  });

  it('comes back when somebody takes it', async () => {
    const { view, act } = await desk();
    await act('snooze', { until: at(60) });
    await act('acknowledge', {}, BINH);
    expect(await view()).toMatchObject({ snoozed: null, assignee: 'binh' });
  });

  it('cannot wait until the past, longer than a week, or a time that is none', async () => {
    const { act } = await desk();
    for (const until of [at(0), at(-1), at(8 * 24 * 60), 'mai']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await act('snooze', { until })).toMatchObject({ code: 'snooze_span' });
    }
    expect(await act('snooze', {})).toMatchObject({ code: 'value_required' });
  });
});

describe('the steps of an incident', () => {
  it('are those of its card; a tick says who and when, and is taken off again', async () => {
    const { rig, view, act } = await desk();
    const [first, ...others] = (await view()).playbook;
    expect(first?.done).toBeNull();
    const step = first?.step ?? '';
    await act('step', { step, done: true });
    await rig.restart();
    expect((await view()).playbook).toEqual([
      { ...first, done: { who: 'an', at: at(0) } },
      ...others,
    ]);
    expect((await view()).timeline.at(-1)).toMatchObject({ what: 'step', facts: { step } });
    await act('step', { step, done: false }, BINH);
    expect((await view()).playbook[0]?.done).toBeNull();
  });

  it('cannot be made up', async () => {
    const { act } = await desk();
    expect(await act('step', { step: 'nghỉ trưa' })).toMatchObject({ code: 'step_unknown' });
  });
});
