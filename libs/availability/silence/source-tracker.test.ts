import { beforeEach, describe, expect, it } from 'vitest';

import type { LogSource } from '#libs/model';

import { MemoryDocuments } from '../../../test/support/memory-documents.ts';
import { RegisterBook } from '../register/register-book.ts';
import type { Verdict } from '../verdict.ts';
import { SourceTracker, type SenderTally } from './source-tracker.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-23T08:00:00+07:00');

function source(id: string, more: Partial<LogSource> = {}): LogSource {
  return {
    id,
    name: `Nguồn ${id}`,
    place: { province: '12', commune: '03433' },
    addresses: [],
    hosts: [],
    zoneMinutes: 420,
    silenceFloorS: 600,
    expected: 'active',
    ...more,
  };
}

function tally(id: string, received: number, more: Partial<SenderTally> = {}): SenderTally {
  const place = { province: '12' };
  const counts = { events: 1, notUnderstood: 0, sample: '' };
  return { source: id, input: 'http', place, ...counts, received, time: received, ...more };
}

describe('SourceTracker', () => {
  let told: Verdict[];
  let documents: MemoryDocuments;
  let register: RegisterBook;
  let refuse: boolean;

  async function open(upSince: number): Promise<SourceTracker> {
    const tell = (verdicts: readonly Verdict[]): Promise<void> => {
      if (refuse) return Promise.reject(new Error('spool full'));
      told.push(...verdicts);
      return Promise.resolve();
    };
    const tracker = new SourceTracker(register, documents, tell, { floorS: 60 });
    await tracker.load(upSince);
    return tracker;
  }

  beforeEach(async () => {
    told = [];
    refuse = false;
    documents = new MemoryDocuments();
    register = new RegisterBook(documents);
    await register.save('source', [source('fw'), source('off', { expected: 'off' })]);
  });

  it('tells of silence once it is longer than the floor, and of the return', async () => {
    const tracker = await open(START);
    await tracker.take([tally('fw', START)]);
    await tracker.judge(START + 600_000);
    expect(told).toEqual([]);
    await tracker.judge(START + 601_000);
    await tracker.judge(START + 700_000);
    expect(told.map(({ action }) => action)).toEqual(['source-silent']);
    expect(told[0]?.fields).toMatchObject({
      'gov.source.id': 'fw',
      'gov.silence.seconds': 601,
      'gov.silence.limit_seconds': 600,
    });
    expect(tracker.standing(source('fw'), START + 700_000).state).toBe('silent');
    await tracker.take([tally('fw', START + 800_000)]);
    expect(told.map(({ action }) => action)).toEqual(['source-silent', 'source-back']);
    expect(tracker.standing(source('fw'), START + 800_000).state).toBe('sending');
  });

  it('never calls a source silent for the time that we were down, nor one that never sent', async () => {
    const tracker = await open(START);
    await tracker.take([tally('fw', START)]);
    await tracker.judge(START + 1_000);
    const later = await open(START + HOUR);
    await later.judge(START + HOUR + 599_000);
    expect(told).toEqual([]);
    await later.judge(START + HOUR + 601_000);
    expect(told).toHaveLength(1);
    expect(later.standing(source('never'), START).state).toBe('never_sent');
    expect(later.standing(source('off', { expected: 'off' }), START).state).toBe('off');
  });

  it('tells the same silence under the same id when the telling failed or a restart forgot it', async () => {
    const tracker = await open(START);
    await tracker.take([tally('fw', START)]);
    await tracker.judge(START + 1_000);
    refuse = true;
    await expect(tracker.judge(START + 601_000)).rejects.toThrow('spool full');
    refuse = false;
    await tracker.judge(START + 616_000);
    const again = await open(START);
    await again.judge(START + 640_000);
    expect(told).toHaveLength(1);
  });

  it('counts per hour and gives the median skew of the clock', async () => {
    const tracker = await open(START);
    for (const skew of [25_200_000, 25_201_000, 1_000]) {
      await tracker.take([tally('fw', START, { time: START - skew, notUnderstood: 1 })]);
    }
    expect(tracker.standing(source('fw'), START)).toMatchObject({
      eventsHour: 3,
      notUnderstoodHour: 3,
      skewSeconds: 25_200,
    });
    expect(tracker.standing(source('fw'), START + HOUR).eventsHour).toBe(0);
  });

  it('keeps senders that no register knows until they are assigned', async () => {
    const tracker = await open(START);
    const { source: _, ...unknown } = tally('', START, { peer: '10.9.8.7', sample: 'hello' });
    await tracker.take([unknown, unknown]);
    expect(tracker.unknownSenders()).toMatchObject([
      { address: '10.9.8.7', events: 2, sample: 'hello' },
    ]);
    tracker.forgetUnknown('10.9.8.7');
    expect(tracker.unknownSenders()).toEqual([]);
  });
});
