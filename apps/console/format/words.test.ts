import { describe, expect, it } from 'vitest';

import { vi } from '../i18n/vi.ts';
import { ago, longDuration, shortDuration } from './duration.ts';
import { fold } from './fold.ts';
import { initials, placeName } from './names.ts';
import { number } from './number.ts';

const MINUTE = 60_000;

describe('words and numbers', () => {
  it('says how long in the unit that matters', () => {
    expect(shortDuration(2_400, vi.units)).toBe('2 giây');
    expect(shortDuration(4 * MINUTE, vi.units)).toBe('4 phút');
    expect(shortDuration(70 * MINUTE, vi.units)).toBe('1 g 10');
    expect(shortDuration(62 * MINUTE, vi.units)).toBe('1 g 02');
    expect(shortDuration(3 * 24 * 60 * MINUTE, vi.units)).toBe('3 ngày');
    expect(longDuration(1_421 * MINUTE, vi.units)).toBe('23 giờ 41 phút');
    expect(longDuration(50 * 60 * MINUTE, vi.units)).toBe('50 giờ');
    expect(ago(500, vi.units)).toBe('vừa xong');
    expect(ago(3_000, vi.units)).toBe('3 giây trước');
  });

  it('finds Vietnamese that is typed without its marks', () => {
    expect(fold('Đắk Lắk')).toBe('dak lak');
    expect(fold('Hòa Bình')).toBe(fold('Hoà Bình'));
    expect(fold('Ea H’leo')).toBe("ea h'leo");
  });

  it('writes whole numbers as each language has them', () => {
    expect(number(1_234_567.891, 'vi', 2)).toBe('1.234.567,89');
    expect(number(1_234_567.891, 'en', 1)).toBe('1,234,567.9');
  });

  it('names a commune with its province, and says when nobody knows the place', () => {
    const place = { province: '12', provinceName: 'Lai Châu', communeName: 'xã Bum Tở' };
    expect(placeName({ ...place, commune: '03433' }, '?')).toBe('Lai Châu · xã Bum Tở');
    expect(placeName({ province: 'xx', provinceName: '' }, 'chưa rõ')).toBe('chưa rõ');
  });

  it('makes two letters of a name', () => {
    expect(initials('Nguyễn Thị Ánh')).toBe('NÁ');
    expect(initials('an')).toBe('AN');
    expect(initials('lan.huong')).toBe('LH');
  });
});
