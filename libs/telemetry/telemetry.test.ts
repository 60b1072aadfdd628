import { expect, it } from 'vitest';

import type { HealthLine } from '#libs/protocol';

import { HealthBoard } from './health-board.ts';
import { prometheusText } from './metrics.ts';

function line(id: string, state: HealthLine['state'], figures: Record<string, number>): HealthLine {
  const both = { vi: id, en: id };
  return { id, group: 'stage', state, name: both, text: both, figures };
}

it('shows a part that cannot tell its state as down instead of hiding it', () => {
  const board = new HealthBoard();
  board.add('good', () => line('good', 'ok', {}));
  board.add('broken', () => {
    throw new Error('no');
  });
  expect(board.lines().map(({ id, state }) => [id, state])).toEqual([
    ['good', 'ok'],
    ['broken', 'down'],
  ]);
});

it('gives every figure of every line to Prometheus under a name it can read', () => {
  const text = prometheusText([
    line('door_http', 'ok', { accepted_events: 5 }),
    line('door.udp', 'degraded', { accepted_events: 7, 'kernel-drops': 1 }),
  ]);
  expect(text.split('\n')).toEqual([
    '# TYPE thapcanh_state gauge',
    'thapcanh_state{line="door_http"} 1',
    'thapcanh_state{line="door_udp"} 0.5',
    '# TYPE thapcanh_accepted_events gauge',
    'thapcanh_accepted_events{line="door_http"} 5',
    'thapcanh_accepted_events{line="door_udp"} 7',
    '# TYPE thapcanh_kernel_drops gauge',
    'thapcanh_kernel_drops{line="door_udp"} 1',
    '',
  ]);
});
