import { describe, expect, it } from 'vitest';

import type { ActionName, ActionRequest } from '#libs/protocol';

import {
  aBook,
  AN,
  anAlert,
  BINH,
  groupsOf,
  MINUTE,
  MORNING,
  type Rig,
} from '../../test/support/incident-parts.ts';

async function only(rig: Rig) {
  const [incident] = [...rig.book.open()];
  if (incident === undefined) throw new Error('no incident is open');
  return incident;
}

async function done(
  rig: Rig,
  id: string,
  action: ActionName,
  request: Omit<ActionRequest, 'version'> = {},
  who = AN,
) {
  const version = (await rig.book.get(id))?.version ?? 0;
  const result = await rig.book.act(who, id, action, { ...request, version });
  if (!('done' in result)) throw new Error(JSON.stringify(result));
  return result.incident;
}

async function withOne() {
  const rig = await aBook();
  await rig.book.settle([{ alert: anAlert() }]);
  return { rig, id: (await only(rig)).id };
}

describe('an incident', () => {
  it('gets a number of its year and says what happened in both languages', async () => {
    const { rig } = await withOne();
    expect(await only(rig)).toMatchObject({
      id: 'SC-2026-000001',
      title: '203.0.113.77 dò mật khẩu 20 lần trong 1 phút tại Đồng Nai',
      titleEn: '203.0.113.77 guessed 20 passwords in 1 minute at Đồng Nai',
      severity: 'high',
      status: 'new',
      clocks: { sla: MORNING + 30 * MINUTE },
      version: 1,
    });
  });

  it('names who wrote the rule of each alert and its licence, as far as they are known', async () => {
    const { rig, id } = await withOne();
    await rig.book.settle([{ alert: anAlert({ rule: 'gone' }) }]);
    const view = await rig.book.view(AN.scope, id);
    expect(
      view?.alertList.map(({ rule_id: rule, rule_author: by, rule_license: terms }) => [
        rule,
        by,
        terms,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['sec-01', 'Lan', 'DRL 1.1'],
        ['gone', null, null],
      ]),
    );
  });

  it('is numbered under the year it began in Viet Nam', async () => {
    const rig = await aBook();
    await rig.book.settle([{ alert: anAlert({ first: Date.UTC(2026, 11, 31, 17) }) }]);
    expect((await only(rig)).id).toBe('SC-2027-000001');
  });

  it('keeps its number, people and timeline over a restart', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'acknowledge');
    await done(rig, id, 'comment', { text: 'đang xem' });
    const before = await only(rig);
    await rig.restart();
    expect(await only(rig)).toEqual(before);
    expect(before.timeline.map(({ what }) => what)).toEqual([
      'opened',
      'acknowledged',
      'commented',
    ]);
  });

  it('closes as withdrawn when nobody touched it, and opens again with its alert', async () => {
    const { rig, id } = await withOne();
    const gone = anAlert({ state: { kind: 'withdrawn', by: 'event' } });
    await rig.book.settle([{ alert: gone }]);
    expect(await rig.book.get(id)).toMatchObject({ status: 'closed', closedBy: 'withdrawn' });
    await rig.book.settle([{ alert: anAlert() }]);
    const again = await only(rig);
    expect(again).toMatchObject({ id, status: 'new' });
    expect(again.closedBy).toBeUndefined();
  });

  it('stays open when its alert is withdrawn after a person touched it', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'comment', { text: 'đã gọi' });
    await rig.book.settle([{ alert: anAlert({ state: { kind: 'withdrawn', by: 'event' } }) }]);
    expect(await only(rig)).toMatchObject({ id, status: 'new', alerts: [], events: 0 });
  });

  it('keeps its number when a longer episode supersedes its alert', async () => {
    const { rig, id } = await withOne();
    const longer = anAlert({ first: MORNING - 5 * MINUTE, entities: [] });
    await rig.book.settle([
      { alert: longer },
      { alert: anAlert({ state: { kind: 'superseded', by: longer.id } }) },
    ]);
    expect(await only(rig)).toMatchObject({ id, alerts: [longer.id] });
  });

  it('keeps what people did when a longer episode supersedes its alert', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'acknowledge');
    const longer = anAlert({ first: MORNING - 5 * MINUTE, entities: [] });
    await rig.book.settle([{ alert: longer }]);
    await rig.book.settle([{ alert: anAlert({ state: { kind: 'superseded', by: longer.id } }) }]);
    expect(await only(rig)).toMatchObject({ id, assignee: 'an', alerts: [longer.id] });
  });

  it('merges with another when a later alert links the two, under the earlier number', async () => {
    const rig = await aBook();
    const a = anAlert();
    const b = anAlert({ rule: 'b', entities: [{ kind: 'host', value: 'srv' }] });
    await rig.book.settle([{ alert: a }]);
    await rig.book.settle([{ alert: b }]);
    const link = anAlert({ rule: 'c', entities: [...a.entities, ...b.entities] });
    await rig.book.settle([{ alert: link }]);
    const [incident] = [...rig.book.open()];
    expect(incident?.alerts.toSorted()).toEqual([a.id, b.id, link.id].toSorted());
    const other = incident?.id === 'SC-2026-000001' ? 'SC-2026-000002' : 'SC-2026-000001';
    expect(await rig.book.get(other)).toMatchObject({ closedBy: 'merged', parent: incident?.id });
  });

  it('takes new linked alerts when touched, and says why', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'acknowledge');
    await rig.book.settle([{ alert: anAlert({ rule: 'b', level: 'critical' }) }]);
    const incident = await only(rig);
    expect(incident).toMatchObject({ id, severity: 'critical', assignee: 'an' });
    expect(incident.timeline.find(({ what }) => what === 'alert_joined')?.facts).toMatchObject({
      entity: 'address',
      value: '203.0.113.77',
    });
  });

  it('changes nothing when the same change comes again', async () => {
    const { rig } = await withOne();
    const { writes } = rig.documents;
    const { seq } = rig.book.feed;
    await rig.book.settle([{ alert: anAlert() }]);
    expect(rig.documents.writes).toBe(writes);
    expect(rig.book.feed.seq).toBe(seq);
  });

  it('is resolved when all is over, and open again when it breaks again', async () => {
    const { rig, id } = await withOne();
    const recovered = { time: MORNING + 2 * MINUTE, event: 'up' };
    await rig.book.settle([{ alert: anAlert(), recovered }]);
    expect(await only(rig)).toMatchObject({ id, status: 'resolved' });
    await rig.book.settle([{ alert: anAlert({ last: MORNING + 9 * MINUTE, count: 30 }) }]);
    expect(await only(rig)).toMatchObject({ id, status: 'new' });
  });

  it('is left as a person set it although it was over before', async () => {
    const { rig, id } = await withOne();
    const recovered = { time: MORNING + 20 * MINUTE, event: 'up' };
    await rig.book.settle([{ alert: anAlert(), recovered }]);
    await done(rig, id, 'status', { status: 'in_progress' });
    await rig.book.settle([{ alert: anAlert({ count: 21 }), recovered }]);
    expect(await only(rig)).toMatchObject({ status: 'in_progress' });
  });

  it('keeps alerts aside beyond the limit of open incidents, and takes them in when there is room', async () => {
    const rig = await aBook({ openMax: 1 });
    const other = anAlert({ rule: 'b', entities: [] });
    await rig.book.settle([{ alert: anAlert() }, { alert: other }]);
    expect(rig.book.figures()).toMatchObject({ open: 1, aside: 1 });
    const { id } = await only(rig);
    await done(rig, id, 'verdict', { verdict: 'benign', text: 'thử nghiệm' });
    await rig.book.settle([{ alert: anAlert({ rule: 'c', count: 3 }) }]);
    expect(rig.book.figures()).toMatchObject({ aside: 1 });
    await rig.restart();
    expect(rig.book.figures().open).toBe(1);
  });
});

describe('acting', () => {
  it('refuses a stale version, with what stands there and who changed it', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'acknowledge', {}, BINH);
    const result = await rig.book.act(AN, id, 'assign', { version: 1, assignee: 'an' });
    expect(result).toMatchObject({
      reason: 'conflict',
      changedBy: 'binh',
      what: 'acknowledged',
      current: { assignee: 'binh', version: 2 },
    });
  });

  it('does not make people conflict with the counting of the product', async () => {
    const { rig, id } = await withOne();
    await rig.book.settle([{ alert: anAlert({ count: 21 }) }]);
    expect(await rig.book.act(AN, id, 'acknowledge', { version: 1 })).toMatchObject({ done: true });
  });

  it('lets only one of two win who act at once', async () => {
    const { rig, id } = await withOne();
    const results = await Promise.all(
      [AN, BINH].map((who) => rig.book.act(who, id, 'acknowledge', { version: 1 })),
    );
    expect(results.filter((result) => 'done' in result)).toHaveLength(1);
  });

  it('records who did what', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'acknowledge');
    expect(rig.recorded).toMatchObject([{ who: 'an', what: 'acknowledge', target: id }]);
  });

  it('does nothing that cannot be recorded', async () => {
    const { rig, id } = await withOne();
    rig.faults.record = true;
    await expect(rig.book.act(AN, id, 'acknowledge', { version: 1 })).rejects.toThrow('record');
    rig.faults.record = false;
    expect(await only(rig)).toMatchObject({ status: 'new', version: 1 });
  });

  it('records what was asked and could not be written, and then does it when asked again', async () => {
    const { rig, id } = await withOne();
    rig.documents.failNext(0);
    await expect(rig.book.act(AN, id, 'acknowledge', { version: 1 })).rejects.toThrow('disk');
    expect(rig.recorded.map(({ what }) => what)).toEqual(['acknowledge', 'acknowledge.failed']);
    expect(await rig.book.act(AN, id, 'acknowledge', { version: 1 })).toHaveProperty('done');
  });

  it('is done although somebody who listens fails', async () => {
    const { rig, id } = await withOne();
    rig.book.listen(() => {
      throw new Error('deaf');
    });
    expect(await done(rig, id, 'acknowledge')).toMatchObject({ status: 'acknowledged' });
    expect(rig.recorded.map(({ what }) => what)).toEqual(['acknowledge']);
    expect(rig.book.figures().deaf).toBe(1);
  });

  it('closes only with a verdict and a note', async () => {
    const { rig, id } = await withOne();
    const { version } = await only(rig);
    const bare = await rig.book.act(AN, id, 'status', { version, status: 'closed', text: 'xong' });
    expect(bare).toMatchObject({ reason: 'invalid', code: 'verdict_required' });
    const mute = await rig.book.act(AN, id, 'verdict', { version, verdict: 'benign', text: ' ' });
    expect(mute).toMatchObject({ reason: 'invalid', code: 'note_required' });
    const closed = await done(rig, id, 'verdict', { verdict: 'false_positive', text: 'máy quét' });
    expect(closed).toMatchObject({ status: 'closed', closedBy: 'person' });
    expect([...rig.book.open()]).toEqual([]);
  });

  it('undoes the last act of a person, also a closing, and only within ten minutes', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'acknowledge');
    await done(rig, id, 'verdict', { verdict: 'benign', text: 'bảo trì' });
    const back = await done(rig, id, 'undo');
    expect(back).toMatchObject({ status: 'acknowledged', assignee: 'an' });
    expect(back.verdict).toBeUndefined();
    expect(groupsOf(rig.book)).toEqual([[anAlert().id]]);
    rig.clock.advance(11 * MINUTE);
    const { version } = await only(rig);
    expect(await rig.book.act(AN, id, 'undo', { version })).toMatchObject({
      code: 'undo_too_late',
    });
  });

  it('does not undo what somebody else changed since', async () => {
    const { rig, id } = await withOne();
    await done(rig, id, 'acknowledge');
    await done(rig, id, 'assign', { assignee: 'binh' }, BINH);
    const { version } = await only(rig);
    expect(await rig.book.act(AN, id, 'undo', { version })).toMatchObject({
      code: 'undo_overtaken',
    });
  });

  it('gives a severity back to the alerts when its setting is undone', async () => {
    const { rig, id } = await withOne();
    expect(await done(rig, id, 'severity', { severity: 'low' })).toMatchObject({ severity: 'low' });
    await rig.book.settle([{ alert: anAlert({ count: 99 }) }]);
    expect(await only(rig)).toMatchObject({ severity: 'low' });
    expect(await done(rig, id, 'undo')).toMatchObject({ severity: 'high' });
  });

  it('merges, and undoes the merge with every alert back in its place', async () => {
    const { rig, id } = await withOne();
    await rig.book.settle([{ alert: anAlert({ rule: 'b', entities: [] }) }]);
    const before = groupsOf(rig.book);
    await done(rig, id, 'merge', { incidents: ['SC-2026-000002'] });
    expect(groupsOf(rig.book)).toHaveLength(1);
    expect(await rig.book.get('SC-2026-000002')).toMatchObject({ closedBy: 'merged', parent: id });
    await done(rig, id, 'undo');
    expect(groupsOf(rig.book)).toEqual(before);
    expect(await rig.book.get('SC-2026-000002')).toMatchObject({ status: 'new' });
    await rig.restart();
    expect(groupsOf(rig.book)).toEqual(before);
  });

  it('splits, leaves the parts apart however linked, and undoes it', async () => {
    const { rig, id } = await withOne();
    const other = anAlert({ rule: 'b' });
    await rig.book.settle([{ alert: other }]);
    await done(rig, id, 'split', { alerts: [other.id] });
    expect(groupsOf(rig.book)).toHaveLength(2);
    await rig.book.settle([{ alert: { ...other, count: 50 } }]);
    expect(groupsOf(rig.book)).toHaveLength(2);
    await done(rig, id, 'undo');
    expect(groupsOf(rig.book)).toHaveLength(1);
    expect(await rig.book.get('SC-2026-000002')).toMatchObject({ closedBy: 'merged', parent: id });
  });

  it('shows nothing and does nothing outside the scope, and nothing without permission', async () => {
    const { rig, id } = await withOne();
    const hue = { ...AN, scope: { province: '46' } };
    expect(await rig.book.act(hue, id, 'acknowledge', { version: 1 })).toEqual({
      reason: 'not_found',
    });
    expect(await rig.book.view(hue.scope, id)).toBeUndefined();
    const manager = { ...AN, role: 'manager' as const };
    expect(await rig.book.act(manager, id, 'acknowledge', { version: 1 })).toEqual({
      reason: 'not_allowed',
    });
  });
});
