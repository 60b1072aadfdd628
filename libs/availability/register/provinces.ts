import type { Locality } from '#libs/model';

/**
 * A province or city of Viet Nam since 1 July 2025; `slug` is its ASCII name, `merged` the
 * provinces that went into it.
 */
export interface Province extends Locality {
  readonly slug: string;
  /**
   * Northern mountains, Red River Delta, North Central, South Central and Highlands, South-East,
   * Mekong.
   */
  readonly region: 'N' | 'RRD' | 'NC' | 'SCH' | 'SE' | 'MK';
}

type Row = readonly [
  code: string,
  name: string,
  kind: 'city' | 'province',
  slug: string,
  dossierPrefix: string,
  region: Province['region'],
  merged: readonly string[],
  validFrom?: string,
];

/**
 * The 34 units of the statistics office's list of 30 April 2026, with the e-identifier prefixes of
 * dossier codes.
 */
const ROWS: readonly Row[] = [
  ['01', 'Hà Nội', 'city', 'ha-noi', 'H26', 'RRD', []],
  ['04', 'Cao Bằng', 'province', 'cao-bang', 'H14', 'N', []],
  ['08', 'Tuyên Quang', 'province', 'tuyen-quang', 'H60', 'N', ['Hà Giang']],
  ['11', 'Điện Biên', 'province', 'dien-bien', 'H18', 'N', []],
  ['12', 'Lai Châu', 'province', 'lai-chau', 'H35', 'N', []],
  ['14', 'Sơn La', 'province', 'son-la', 'H52', 'N', []],
  ['15', 'Lào Cai', 'province', 'lao-cai', 'H38', 'N', ['Yên Bái']],
  ['19', 'Thái Nguyên', 'province', 'thai-nguyen', 'H55', 'N', ['Bắc Kạn']],
  ['20', 'Lạng Sơn', 'province', 'lang-son', 'H37', 'N', []],
  ['22', 'Quảng Ninh', 'province', 'quang-ninh', 'H49', 'RRD', []],
  ['24', 'Bắc Ninh', 'province', 'bac-ninh', 'H05', 'RRD', ['Bắc Giang']],
  ['25', 'Phú Thọ', 'province', 'phu-tho', 'H44', 'N', ['Vĩnh Phúc', 'Hòa Bình']],
  ['31', 'Hải Phòng', 'city', 'hai-phong', 'H24', 'RRD', ['Hải Dương']],
  ['33', 'Hưng Yên', 'province', 'hung-yen', 'H31', 'RRD', ['Thái Bình']],
  ['37', 'Ninh Bình', 'province', 'ninh-binh', 'H42', 'RRD', ['Hà Nam', 'Nam Định']],
  ['38', 'Thanh Hóa', 'province', 'thanh-hoa', 'H56', 'NC', []],
  ['40', 'Nghệ An', 'province', 'nghe-an', 'H41', 'NC', []],
  ['42', 'Hà Tĩnh', 'province', 'ha-tinh', 'H27', 'NC', []],
  ['44', 'Quảng Trị', 'province', 'quang-tri', 'H50', 'NC', ['Quảng Bình']],
  ['46', 'Huế', 'city', 'hue', 'H57', 'NC', []],
  ['48', 'Đà Nẵng', 'city', 'da-nang', 'H17', 'SCH', ['Quảng Nam']],
  ['51', 'Quảng Ngãi', 'province', 'quang-ngai', 'H48', 'SCH', ['Kon Tum']],
  ['52', 'Gia Lai', 'province', 'gia-lai', 'H21', 'SCH', ['Bình Định']],
  ['56', 'Khánh Hòa', 'province', 'khanh-hoa', 'H32', 'SCH', ['Ninh Thuận']],
  ['66', 'Đắk Lắk', 'province', 'dak-lak', 'H15', 'SCH', ['Phú Yên']],
  ['68', 'Lâm Đồng', 'province', 'lam-dong', 'H36', 'SCH', ['Đắk Nông', 'Bình Thuận']],
  ['75', 'Đồng Nai', 'city', 'dong-nai', 'H19', 'SE', ['Bình Phước'], '2026-04-30'],
  ['79', 'Hồ Chí Minh', 'city', 'ho-chi-minh', 'H29', 'SE', ['Bình Dương', 'Bà Rịa - Vũng Tàu']],
  ['80', 'Tây Ninh', 'province', 'tay-ninh', 'H53', 'SE', ['Long An']],
  ['82', 'Đồng Tháp', 'province', 'dong-thap', 'H20', 'MK', ['Tiền Giang']],
  ['86', 'Vĩnh Long', 'province', 'vinh-long', 'H61', 'MK', ['Bến Tre', 'Trà Vinh']],
  ['91', 'An Giang', 'province', 'an-giang', 'H01', 'MK', ['Kiên Giang']],
  ['92', 'Cần Thơ', 'city', 'can-tho', 'H13', 'MK', ['Sóc Trăng', 'Hậu Giang']],
  ['96', 'Cà Mau', 'province', 'ca-mau', 'H12', 'MK', ['Bạc Liêu']],
];

/** The day the two-tier system began. */
const TWO_TIER = '2025-07-01';

export const PROVINCES: readonly Province[] = ROWS.map(
  ([code, name, kind, slug, dossierPrefix, region, merged, validFrom]) => ({
    code,
    name,
    kind,
    slug,
    dossierPrefix,
    region,
    aliases: [...merged, slug],
    validFrom: validFrom ?? TWO_TIER,
  }),
);
