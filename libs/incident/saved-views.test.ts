import { describe, expect, it } from 'vitest';

import { ManualClock } from '#libs/model';

import { MemoryDocuments } from '../../test/support/memory-documents.ts';
import { SavedViews, VIEWS_MAX } from './saved-views.ts';

const AN = { user: 'an', place: { province: '46' } };
const BINH = { user: 'binh', place: { province: '46' } };
const LAN = { user: 'lan', place: { province: '01' } };
const OTP = { name: 'Lỗi OTP', search: 'q=otp&sev=high', shared: false };

function desk(): SavedViews {
  return new SavedViews(new MemoryDocuments(), new ManualClock(0));
}

async function added(views: SavedViews, over: Partial<typeof OTP> = {}) {
  const view = await views.add(AN, { ...OTP, ...over });
  if ('reason' in view) throw new Error(view.reason);
  return view;
}

describe('a saved view', () => {
  it('is its owner’s alone until it is shared, and then its place’s', async () => {
    const views = desk();
    const own = await added(views);
    const shared = await added(views, { name: 'Đêm', shared: true });
    expect(await views.list(AN)).toEqual([shared, own]);
    expect(await views.list(BINH)).toEqual([shared]);
    expect(await views.list(LAN)).toEqual([]);
  });

  it('is changed and removed by its owner only', async () => {
    const views = desk();
    const { id } = await added(views, { shared: true });
    const next = { ...OTP, name: 'OTP', shared: true };
    expect(await views.change(BINH, id, next)).toEqual({ reason: 'not_found' });
    expect(await views.remove(BINH, id)).toEqual({ reason: 'not_found' });
    expect(await views.change(AN, id, next)).toMatchObject({ id, name: 'OTP', owner: 'an' });
    expect(await views.remove(AN, id)).toEqual({ removed: true });
    expect(await views.list(AN)).toEqual([]);
  });

  it('is refused when there are too many', async () => {
    const views = desk();
    for (let n = 0; n < VIEWS_MAX; n += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await added(views, { name: `v${n}` });
    }
    expect(await views.add(AN, OTP)).toEqual({ reason: 'too_many' });
    expect(await views.add(BINH, OTP)).toHaveProperty('id');
  });
});
