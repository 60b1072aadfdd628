import type { Alert } from '#libs/model';
import { describe, expect, it } from 'vitest';

import type { RuleFacts } from './ports.ts';
import { wordsOf } from './wording.ts';

const MINUTE = 60_000;

function alertOf(count: number, minutes: number): Alert {
  return {
    id: 'a',
    rule: 'r',
    title: 'Guessing',
    level: 'high',
    group: { 'source.ip': '10.0.0.1 in 1 minutes' },
    groupKey: '[]',
    first: 0,
    last: minutes * MINUTE,
    count,
    evidence: [],
    place: { province: '66' },
    entities: [],
    late: false,
    state: { kind: 'in_force' },
  };
}

const sentence =
  'Address {source.ip} at {place}: {count} failed sign-ins ({count} times in {minutes} minutes).';
const facts: RuleFacts = {
  title: 'Guessing',
  scope: 'system',
  sentence: { vi: sentence, en: sentence },
};

describe('the words of an incident', () => {
  it('say one minute and several minutes, and leave values as they are', () => {
    const said = (count: number, minutes: number) =>
      wordsOf(alertOf(count, minutes), facts, 'Huế', 'en').sentence;
    expect(said(1, 0)).toBe(
      'Address 10.0.0.1 in 1 minutes at Huế: 1 failed sign-in (1 time in 1 minute)',
    );
    expect(said(1_200, 2)).toBe(
      'Address 10.0.0.1 in 1 minutes at Huế: 1,200 failed sign-ins (1,200 times in 2 minutes)',
    );
  });

  it('have no plural in Vietnamese', () => {
    const said = wordsOf(alertOf(1, 1), undefined, 'Huế', 'vi').sentence;
    expect(said).toBe('Guessing tại Huế: 1 sự kiện trong 1 phút');
  });
});
