import { describe, expect, it } from 'vitest';

import { foldName, Localities } from './localities.ts';

const localities = new Localities();

describe('Localities', () => {
  it('holds 34 provinces and 3,321 communes, 13 of them special zones', () => {
    const provinces = localities.provinces();
    const communes = provinces.flatMap((p) => localities.communesOf(p.code));
    const kinds = communes.map((c) => c.kind);
    expect(provinces).toHaveLength(34);
    expect(communes).toHaveLength(3321);
    expect(kinds.filter((k) => k === 'ward')).toHaveLength(697);
    expect(kinds.filter((k) => k === 'special_zone')).toHaveLength(13);
    expect(new Set(communes.map((c) => c.code)).size).toBe(3321);
  });

  it('has no two communes of one name in a province', () => {
    for (const province of localities.provinces()) {
      const names = localities.communesOf(province.code).map((c) => c.name);
      expect(new Set(names).size, province.name).toBe(names.length);
    }
  });

  it('finds a province by its name without marks and by the name it had before the merger', () => {
    expect(localities.find('dak lak', 1)[0]?.code).toBe('66');
    expect(localities.find('Bình Dương', 1)[0]?.code).toBe('79');
    expect(foldName('Hoà Bình')).toBe(foldName('Hòa Bình'));
  });

  it('says a commune with its province and an unknown one in words', () => {
    expect(localities.spoken({ province: '12', commune: '03433' })).toBe('xã Bum Tở, Lai Châu');
    expect(localities.spoken({ province: 'xx' })).toBe('Chưa rõ địa phương');
  });

  it('refuses a commune under a province that is not its own', () => {
    expect(localities.has({ province: '12', commune: '03433' })).toBe(true);
    expect(localities.has({ province: '01', commune: '03433' })).toBe(false);
    expect(localities.has({ province: '02' })).toBe(false);
  });
});
