import { describe, expect, it } from 'vitest';

import type { LogSource } from '#libs/model';
import type { HealthLine } from '#libs/protocol';

import { ownHealth, type OwnParts } from './own-health.ts';

const NOW = Date.UTC(2026, 10, 23, 1);
const NOTHING: OwnParts = { sources: [], probes: [], keys: [], now: NOW };

function source(name: string): LogSource {
  return {
    id: name,
    name,
    place: { province: '12' },
    addresses: [],
    hosts: [],
    zoneMinutes: 420,
    silenceFloorS: 0,
    expected: 'active',
  };
}

function line(state: HealthLine['state'], figures = {}): HealthLine {
  const words = { vi: 'đã nhận 9.999 sự kiện', en: '9,999 events' };
  return { id: 'x', group: 'stage', state, name: words, text: words, figures };
}

function of(lines: readonly HealthLine[], id: string): HealthLine | undefined {
  return lines.find((one) => one.id === id);
}

describe('the health page of a place', () => {
  it('names its silent sources and failing services', () => {
    const probe = {
      id: 'p',
      service: 'mc',
      kind: 'tcp' as const,
      target: 'a:1',
      intervalS: 60,
      timeoutS: 5,
      failures: 3,
      successes: 2,
      enabled: true,
    };
    const lines = ownHealth(
      {
        ...NOTHING,
        sources: [
          { source: source('Tường lửa'), state: 'sending' },
          { source: source('Một cửa'), state: 'silent' },
          { source: source('Cũ'), state: 'off' },
        ],
        probes: [{ probe, serviceName: 'Cổng dịch vụ', verdict: 'down' }],
      },
      [],
    );
    expect(of(lines, 'own_sources')).toMatchObject({
      state: 'degraded',
      text: { vi: '1/2 nguồn đang gửi; im lặng: Một cửa.' },
    });
    expect(of(lines, 'own_services')).toMatchObject({
      state: 'down',
      text: { vi: 'Đang lỗi: Cổng dịch vụ.' },
    });
  });

  it('says when its keys last brought something, and leaves out ended ones', () => {
    const key = {
      id: 'k',
      kind: 'ingest' as const,
      name: 'k',
      place: { province: '12' },
      created: 0,
      by: 'admin',
      lastUsed: NOW - 600_000,
    };
    const keys = [key, { ...key, id: 'gone', revoked: NOW - 1, lastUsed: NOW }];
    expect(of(ownHealth({ ...NOTHING, keys }, []), 'own_doors')?.text.vi).toBe(
      '1 khoá, nhận lần cuối 10 phút trước.',
    );
  });

  it('tells of the system only whether it runs: no count of the whole country', () => {
    for (const [states, said] of [
      [['ok', 'off'], 'ok'],
      [['ok', 'degraded'], 'degraded'],
      [['degraded', 'down'], 'down'],
    ] as const) {
      const lines = ownHealth(
        NOTHING,
        states.map((state) => line(state, { events_total: 9_999 })),
      );
      expect(of(lines, 'system')).toMatchObject({ state: said, figures: {} });
      expect(JSON.stringify(lines)).not.toMatch(/9[.,]?999/);
    }
  });
});
