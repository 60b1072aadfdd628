import { describe, expect, it } from 'vitest';

import type { Alert, AlertChange, Recovery } from '#libs/model';

import { aBook, anAlert, MINUTE, MORNING, type Rig } from '../../test/support/incident-parts.ts';
import { type AlertBook, createAlertBook } from './alert-book.ts';

const DOWN: Partial<Alert> = {
  rule: 'sd-13',
  group: { 'service.name': 'motcua-75' },
  last: MORNING,
  entities: [{ kind: 'service', value: 'motcua-75' }],
};

function raised(alert: Alert): AlertChange {
  return { kind: 'raised', alert };
}

function up(alert: Alert, time: number): Recovery {
  return { rules: ['sd-13'], groupKey: alert.groupKey, time, event: `up at ${time}` };
}

async function aDesk(): Promise<Rig & { alerts: AlertBook; restartAll(): Promise<void> }> {
  const rig = await aBook();
  const open = () =>
    createAlertBook({
      documents: rig.documents,
      incidents: rig.book,
      clock: rig.clock,
      recoverable: (rule) => rule === 'sd-13',
      inhibits: (rule) => (rule === 'link' ? ['sd-15'] : []),
      record: (entry) => Promise.resolve(rig.recorded.push(entry)),
    });
  const desk = Object.assign(rig, {
    alerts: await open(),
    async restartAll() {
      await rig.restart();
      desk.alerts = await open();
    },
  });
  return desk;
}

function statuses(rig: Rig): string[] {
  return [...rig.book.open()].map(({ status }) => status);
}

describe('recovery', () => {
  it('resolves what is down, whichever of the two comes first', async () => {
    const alert = anAlert(DOWN);
    const inOrder = await aDesk();
    await inOrder.alerts.apply([raised(alert)]);
    await inOrder.alerts.apply([], [up(alert, MORNING + MINUTE)]);
    expect(statuses(inOrder)).toEqual(['resolved']);
    const late = await aDesk();
    await late.alerts.apply([], [up(alert, MORNING + MINUTE)]);
    await late.restartAll();
    await late.alerts.apply([raised(alert)]);
    expect(statuses(late)).toEqual(['resolved']);
  });

  it('does not end what began after it', async () => {
    const desk = await aDesk();
    const alert = anAlert(DOWN);
    await desk.alerts.apply([raised(alert)], [up(alert, MORNING - MINUTE)]);
    expect(statuses(desk)).toEqual(['new']);
  });

  it('gives way when it breaks again, in the same incident', async () => {
    const desk = await aDesk();
    const alert = anAlert(DOWN);
    await desk.alerts.apply([raised(alert)]);
    await desk.alerts.apply([], [up(alert, MORNING + MINUTE)]);
    const again = anAlert({ ...DOWN, first: MORNING + 5 * MINUTE, last: MORNING + 5 * MINUTE });
    await desk.alerts.apply([raised(again)]);
    expect(statuses(desk)).toEqual(['new']);
    await desk.alerts.apply([], [up(alert, MORNING + 9 * MINUTE)]);
    expect(statuses(desk)).toEqual(['resolved']);
  });
});

describe('replay', () => {
  const at = (position: number, spool = 's') => ({ spool, position });

  it('of another spool is no replay, however its positions count', async () => {
    const desk = await aDesk();
    await desk.alerts.apply([raised(anAlert())], [], at(5000, 'old'));
    await desk.alerts.apply([raised(anAlert({ count: 99 }))], [], at(1, 'new'));
    expect([...desk.book.open()]).toMatchObject([{ events: 99 }]);
  });

  it('leaves alerts alone that a later batch has changed since', async () => {
    const desk = await aDesk();
    const first = anAlert();
    const gone: Alert = { ...first, state: { kind: 'withdrawn', by: 'e' } };
    await desk.alerts.apply([raised(first)], [], at(100));
    await desk.alerts.apply([{ kind: 'withdrawn', alert: gone }], [], at(200));
    await desk.restartAll();
    const { seq } = desk.book.feed;
    await desk.alerts.apply([raised(first)], [], at(100));
    await desk.alerts.apply([{ kind: 'withdrawn', alert: gone }], [], at(200));
    expect(statuses(desk)).toEqual([]);
    expect(desk.alerts.figures().repeats).toBe(1);
    expect(desk.book.feed.seq).toBe(seq);
  });

  it('takes only the last of several changes of one batch', async () => {
    const desk = await aDesk();
    const first = anAlert();
    await desk.alerts.apply([raised(first), { kind: 'changed', alert: { ...first, count: 99 } }]);
    expect([...desk.book.open()]).toMatchObject([{ events: 99, version: 1 }]);
  });
});

describe('a maintenance window', () => {
  const plan = {
    place: { province: '75' },
    service: 'motcua-75',
    from: MORNING - 10 * MINUTE,
    to: MORNING + 60 * MINUTE,
    reason: 'nâng cấp',
    who: 'an',
  };

  async function inWindow() {
    const desk = await aDesk();
    const window = await desk.alerts.maintenance.plan(plan);
    if (!('id' in window)) throw new Error(window.reason);
    return { desk, window };
  }

  it('holds alerts back, which stay stored with who muted them', async () => {
    const { desk, window } = await inWindow();
    const alert = anAlert(DOWN);
    await desk.alerts.apply([raised(alert)]);
    expect(statuses(desk)).toEqual([]);
    expect(await desk.book.alert(alert.id)).toMatchObject({
      muted: { id: window.id, who: 'an', reason: 'nâng cấp' },
    });
  });

  it('raises what is still broken once when it ends, also over a restart', async () => {
    const { desk } = await inWindow();
    await desk.alerts.apply([raised(anAlert(DOWN))]);
    desk.clock.advance(59 * MINUTE);
    await desk.alerts.tick();
    expect(statuses(desk)).toEqual([]);
    desk.clock.advance(MINUTE);
    await desk.restartAll();
    await desk.alerts.tick();
    await desk.alerts.tick();
    expect(statuses(desk)).toEqual(['new']);
  });

  it('lays aside for good what was over before it ended', async () => {
    const { desk } = await inWindow();
    const alert = anAlert(DOWN);
    await desk.alerts.apply([raised(alert)]);
    await desk.alerts.apply([], [up(alert, MORNING + 5 * MINUTE)]);
    desk.clock.advance(60 * MINUTE);
    await desk.alerts.tick();
    expect(statuses(desk)).toEqual([]);
    expect(await desk.book.alert(alert.id)).toMatchObject({ muted: { over: true } });
    expect(desk.alerts.figures().held).toBe(0);
  });

  it('lets go early when it is ended early', async () => {
    const { desk, window } = await inWindow();
    await desk.alerts.apply([raised(anAlert(DOWN))]);
    await desk.alerts.maintenance.end(window.id, { province: '75' });
    await desk.alerts.tick();
    expect(statuses(desk)).toEqual(['new']);
  });

  it('never hides what was seen before, other services, or an attack', async () => {
    const desk = await aDesk();
    const seen = anAlert(DOWN);
    await desk.alerts.apply([raised(seen)]);
    await desk.alerts.maintenance.plan({ ...plan, service: undefined } as never);
    await desk.alerts.apply([{ kind: 'changed', alert: { ...seen, count: 30 } }]);
    expect(statuses(desk)).toEqual(['new']);
    await desk.alerts.apply([raised(anAlert())]);
    expect(statuses(desk)).toEqual(['new', 'new']);
    const { desk: other } = await inWindow();
    await other.alerts.apply([
      raised(anAlert({ ...DOWN, entities: [{ kind: 'service', value: 'cong-75' }] })),
    ]);
    expect(statuses(other)).toEqual(['new']);
  });

  it('is refused without a reason, backwards, too long, or from outside its place', async () => {
    const { desk, window } = await inWindow();
    const { maintenance } = desk.alerts;
    expect(await maintenance.plan({ ...plan, reason: ' ' })).toEqual({ reason: 'reason_required' });
    expect(await maintenance.plan({ ...plan, to: plan.from })).toEqual({ reason: 'bad_span' });
    expect(await maintenance.plan({ ...plan, to: MORNING * 2 })).toEqual({ reason: 'too_long' });
    expect(await maintenance.end(window.id, { province: '46' })).toEqual({
      reason: 'window_unknown',
    });
    expect(maintenance.list({ province: '46' })).toEqual([]);
  });
});
