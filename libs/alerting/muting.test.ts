import { describe, expect, it } from 'vitest';

import type { Alert, AlertChange, Recovery } from '#libs/model';

import { aBook, AN, anAlert, MINUTE, MORNING } from '../../test/support/incident-parts.ts';
import { createAlertBook } from './alert-book.ts';

function raised(alert: Alert): AlertChange {
  return { kind: 'raised', alert };
}

function back(alert: Alert, time: number): Recovery {
  return { rules: [alert.rule], groupKey: alert.groupKey, time, event: `back at ${time}` };
}

async function aDesk() {
  const rig = await aBook();
  const open = () =>
    createAlertBook({
      documents: rig.documents,
      incidents: rig.book,
      clock: rig.clock,
      recoverable: () => true,
      inhibits: (rule) => (rule === 'link' ? ['silent'] : []),
      record: (entry) => Promise.resolve(rig.recorded.push(entry)),
    });
  const desk = Object.assign(rig, {
    alerts: await open(),
    async restartAll() {
      await rig.restart();
      desk.alerts = await open();
    },
    statuses: () => [...rig.book.open()].map(({ status }) => status),
    mutedBy: async (alert: Alert) => (await rig.book.alert(alert.id))?.muted,
  });
  return desk;
}

const WISH = {
  place: { province: '75' },
  rule: 'sec-01',
  until: MORNING + 60 * MINUTE,
  reason: 'diễn tập',
};

describe('a silence of a person', () => {
  it('keeps what it names from people, counted, with who and why; all else is seen', async () => {
    const desk = await aDesk();
    const silence = await desk.alerts.silences.add(AN, WISH);
    const [named, other] = [anAlert(), anAlert({ rule: 'sec-04' })];
    await desk.alerts.apply([raised(named), raised(other)]);
    expect([...desk.book.open()].map(({ rules }) => rules)).toEqual([['sec-04']]);
    expect(await desk.mutedBy(named)).toMatchObject({
      by: 'silence',
      who: 'an',
      reason: 'diễn tập',
      until: WISH.until,
    });
    expect(await desk.alerts.silences.list(AN.scope, 'active')).toMatchObject([
      { ...silence, active: true, muted: 1 },
    ]);
    expect(desk.alerts.figures()).toMatchObject({ held: 1, heldBy: { silence: 1 } });
    expect(desk.recorded).toMatchObject([{ who: 'an', what: 'silence.add' }]);
  });

  it('names an entity, or a place', async () => {
    const desk = await aDesk();
    const entity = { kind: 'address' as const, value: '203.0.113.77' };
    const { until, reason, place } = WISH;
    await desk.alerts.silences.add(AN, { place, entity, until, reason });
    await desk.alerts.silences.add(AN, { place: { province: '46' }, until, reason });
    const address = anAlert();
    const elsewhere = anAlert({ group: { 'source.ip': '203.0.113.9' }, place: { province: '46' } });
    const seen = anAlert({ group: { 'source.ip': '203.0.113.8' } });
    await desk.alerts.apply([raised(address), raised(elsewhere), raised(seen)]);
    expect([...desk.book.open()].map(({ alerts }) => alerts)).toEqual([[seen.id]]);
  });

  it('leaves muted what it muted when it ends, unless that goes on; over a restart', async () => {
    const desk = await aDesk();
    const silence = await desk.alerts.silences.add(AN, WISH);
    const over = anAlert();
    const lasting = anAlert({ group: { 'source.ip': '203.0.113.9' } });
    await desk.alerts.apply([raised(over), raised(lasting)]);
    desk.clock.advance(10 * MINUTE);
    if (!('id' in silence)) throw new Error(silence.reason);
    expect(await desk.alerts.silences.end(AN, silence.id)).toMatchObject({ ended: { who: 'an' } });
    await desk.restartAll();
    await desk.alerts.tick();
    expect(desk.statuses()).toEqual([]);
    expect(await desk.mutedBy(over)).toMatchObject({ over: true });
    const goesOn = { ...lasting, last: MORNING + 61 * MINUTE, count: 50 };
    await desk.alerts.apply([{ kind: 'changed', alert: goesOn }]);
    expect([...desk.book.open()].map(({ alerts }) => alerts)).toEqual([[lasting.id]]);
  });

  it('takes nothing away that people have seen', async () => {
    const desk = await aDesk();
    await desk.alerts.apply([raised(anAlert())]);
    await desk.alerts.silences.add(AN, WISH);
    await desk.alerts.apply([{ kind: 'changed', alert: anAlert({ count: 99 }) }]);
    expect(desk.statuses()).toEqual(['new']);
  });

  it('is refused without a reason, backwards, too long, for all, or elsewhere', async () => {
    const { alerts } = await aDesk();
    const add = (wish: object, scope = AN.scope) =>
      alerts.silences.add({ user: 'an', scope }, { ...WISH, ...wish });
    expect(await add({ reason: ' ' })).toEqual({ reason: 'reason_required' });
    expect(await add({ until: MORNING })).toEqual({ reason: 'bad_span' });
    expect(await add({ until: MORNING * 2 })).toEqual({ reason: 'too_long' });
    expect(await add({}, { province: '46' })).toEqual({ reason: 'not_allowed' });
    const { until, reason } = WISH;
    const all = await alerts.silences.add(AN, { place: { province: '00' }, until, reason });
    expect(all).toEqual({ reason: 'too_wide' });
    const silence = await add({});
    const id = 'id' in silence ? silence.id : '';
    expect(await alerts.silences.end({ user: 'x', scope: { province: '46' } }, id)).toEqual({
      reason: 'silence_unknown',
    });
  });
});

describe('inhibition', () => {
  const link = anAlert({
    rule: 'link',
    group: { 'gov.source.id': 'fw-75' },
    entities: [{ kind: 'source', value: 'fw-75' }],
  });
  const silent = anAlert({
    rule: 'silent',
    group: { 'gov.source.id': 'fw-75-26008' },
    place: { province: '75', commune: '26008' },
    entities: [{ kind: 'source', value: 'fw-75-26008' }],
    first: MORNING + 5 * MINUTE,
  });
  const rulesOpen = (desk: Awaited<ReturnType<typeof aDesk>>) =>
    [...desk.book.open()].flatMap(({ rules }) => rules);

  it('lets the wider alert stand for narrower ones, whichever came first', async () => {
    for (const order of [
      [link, silent],
      [silent, link],
    ]) {
      const desk = await aDesk();
      for (const alert of order) await desk.alerts.apply([raised(alert)]);
      expect(rulesOpen(desk)).toEqual(['link']);
      expect(await desk.mutedBy(silent)).toMatchObject({ by: 'inhibition', id: link.id });
    }
  });

  it('leaves those alone that are worked on, that began before, or that lie elsewhere', async () => {
    const desk = await aDesk();
    const before = anAlert({ ...silent, id: 'b', first: MORNING - 60 * MINUTE });
    const elsewhere = anAlert({ ...silent, id: 'c', place: { province: '46', commune: '19753' } });
    await desk.alerts.apply([raised(before), raised(elsewhere), raised(silent)]);
    for (const { id, version, alerts } of desk.book.open())
      if (alerts.includes(silent.id)) await desk.book.act(AN, id, 'acknowledge', { version });
    await desk.alerts.apply([raised(link)]);
    expect([...desk.book.open()].flatMap(({ alerts }) => alerts).toSorted()).toEqual(
      [before.id, elsewhere.id, silent.id, link.id].toSorted(),
    );
  });

  it('raises what is still broken some minutes after the wider alert was over', async () => {
    const desk = await aDesk();
    const other = anAlert({ ...silent, id: 'o', groupKey: 'other' });
    await desk.alerts.apply([raised(link), raised(silent), raised(other)]);
    await desk.restartAll();
    await desk.alerts.apply([], [back(link, MORNING + 20 * MINUTE)]);
    await desk.alerts.apply([], [back(other, MORNING + 22 * MINUTE)]);
    await desk.alerts.tick();
    expect(await desk.mutedBy(silent)).toMatchObject({ by: 'inhibition' });
    desk.clock.advance(11 * MINUTE);
    await desk.alerts.tick();
    expect(await desk.mutedBy(silent)).toBeUndefined();
    expect(await desk.mutedBy(other)).toMatchObject({ over: true });
    expect(rulesOpen(desk)).toContain('silent');
  });
});
