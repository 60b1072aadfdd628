import { CENTRE, type Card, type Place } from '#libs/model';

import type { Language, PlaceLookup } from '../ports.ts';
import type { Outage } from './recognize.ts';
import { isOwn, type ScopeKey, thingsOf } from './sign.ts';

/** What people read of an outage, in one language. */
export interface OutageWords {
  readonly sentence: string;
  readonly card: Card;
}

/** Names that one sentence lists. */
const NAMES_MAX = 5;

/** The service of a system's key, else what the key names. */
export function nameOf({ scope, of }: ScopeKey): string {
  if (scope !== 'system') return of;
  const [, service] = JSON.parse(of) as [string, string];
  return service;
}

/** Where an outage of this key is: one province, or the whole country. */
export function placeOfKey({ scope, of }: ScopeKey): Place {
  if (scope === 'province') return { province: of };
  if (scope !== 'system') return { province: CENTRE };
  return { province: (JSON.parse(of) as [string, string])[0] };
}

function listed(names: readonly string[], language: Language): string {
  const shown = names.slice(0, NAMES_MAX).join(', ');
  const more = names.length - NAMES_MAX;
  if (more <= 0) return shown;
  return language === 'vi' ? `${shown} và ${more} nơi khác` : `${shown} and ${more} more`;
}

interface Filled {
  readonly of: string;
  readonly place: string;
  readonly n: number;
  readonly list: string;
}

type Words = (filled: Filled) => OutageWords;

const VI: Readonly<Record<ScopeKey['scope'], Words>> = {
  system: ({ of, place, n, list }) => ({
    sentence: `Dịch vụ ${of} gặp sự cố tại ${n} xã, phường của ${place}`,
    card: {
      what: `Dịch vụ ${of} gặp sự cố cùng lúc tại ${list}.`,
      who: `Người dân và cán bộ dùng ${of} ở các xã, phường này của ${place}.`,
      steps: [
        'Kiểm tra máy chủ và đường truyền dùng chung của dịch vụ tại tỉnh.',
        'Gọi đơn vị vận hành dịch vụ; các xã không cần tự sửa.',
        'Báo các xã, phường bị ảnh hưởng và ghi giờ bắt đầu, giờ khôi phục.',
      ],
      call: 'Đơn vị vận hành dịch vụ của tỉnh.',
    },
  }),
  province: ({ place, n, list }) => ({
    sentence: `${n} dịch vụ tại ${place} cùng gặp sự cố: ${list}`,
    card: {
      what: `Nhiều dịch vụ tại ${place} gặp sự cố cùng lúc: ${list}.`,
      who: `Người dân và cán bộ của ${place}.`,
      steps: [
        'Kiểm tra đường truyền, điện và trung tâm dữ liệu của tỉnh trước khi sửa từng dịch vụ.',
        'Xem trục liên thông (LGSP) và tường lửa chung của tỉnh.',
        'Thông báo gián đoạn cho bộ phận Một cửa; ghi giờ bắt đầu, giờ khôi phục.',
      ],
      call: `Đơn vị chuyên trách công nghệ thông tin của ${place}.`,
    },
  }),
  vendor: ({ of, n, list }) => ({
    sentence: `Nền tảng của nhà cung cấp ${of} gặp sự cố tại ${n} tỉnh, thành phố`,
    card: {
      what: `Hệ thống do ${of} cung cấp gặp sự cố cùng lúc tại ${list}.`,
      who: `Người dân và cán bộ các tỉnh, thành phố dùng hệ thống của ${of}.`,
      steps: [
        `Gọi bộ phận trực của ${of}; ghi giờ báo để tính thời hạn cam kết.`,
        'Thông báo cho các địa phương bị ảnh hưởng, không để từng nơi tự sửa.',
        `Yêu cầu ${of} báo cáo nguyên nhân trong 72 giờ.`,
      ],
      call: `Trực kỹ thuật của ${of}; trưởng ca.`,
    },
  }),
  national: ({ of, n, list }) => ({
    sentence: `Sự cố diện rộng: ${n} tỉnh, thành phố không kết nối được ${of}`,
    card: {
      what: `${list} cùng không kết nối được ${of}; điểm kiểm tra của trung tâm cũng vậy.`,
      who: `Người dân và cán bộ mọi nơi cần đến ${of}.`,
      steps: [
        `Xác nhận bằng phép kiểm tra ${of} của trung tâm.`,
        `Gọi trực của cơ quan chủ quản ${of}.`,
        'Gửi thông báo cho các địa phương; ghi giờ bắt đầu, giờ khôi phục và số hồ sơ ảnh hưởng.',
      ],
      call: `Cơ quan chủ quản ${of}; trưởng ca.`,
    },
  }),
};

const EN: Readonly<Record<ScopeKey['scope'], Words>> = {
  system: ({ of, place, n, list }) => ({
    sentence: `Service ${of} is in trouble in ${n} communes of ${place}`,
    card: {
      what: `Service ${of} is in trouble at the same time in ${list}.`,
      who: `Citizens and staff who use ${of} in these communes of ${place}.`,
      steps: [
        'Check the servers and the link of the service that the communes share.',
        'Call the unit that runs the service; communes need not mend anything.',
        'Tell the communes concerned; note when it began and ended.',
      ],
      call: 'The unit that runs the service in the province.',
    },
  }),
  province: ({ place, n, list }) => ({
    sentence: `${n} services of ${place} are in trouble together: ${list}`,
    card: {
      what: `Several services of ${place} are in trouble at the same time: ${list}.`,
      who: `Citizens and staff of ${place}.`,
      steps: [
        'Check the link, the power and the data centre of the province before single services.',
        'Look at the service platform (LGSP) and the firewall that they share.',
        'Tell the one-stop counters; note when it began and ended.',
      ],
      call: `The IT unit of ${place}.`,
    },
  }),
  vendor: ({ of, n, list }) => ({
    sentence: `The platform of vendor ${of} is in trouble in ${n} provinces`,
    card: {
      what: `Systems of ${of} are in trouble at the same time in ${list}.`,
      who: `Citizens and staff of the provinces that use systems of ${of}.`,
      steps: [
        `Call the duty desk of ${of}; note when, for the agreed times.`,
        'Tell the localities concerned, so that none of them mends alone.',
        `Ask ${of} for the cause within 72 hours.`,
      ],
      call: `The duty desk of ${of}; the shift lead.`,
    },
  }),
  national: ({ of, n, list }) => ({
    sentence: `Wide outage: ${n} provinces can not reach ${of}`,
    card: {
      what: `${list} can not reach ${of}, and neither can the probe of the centre.`,
      who: `Citizens and staff everywhere who need ${of}.`,
      steps: [
        `Confirm it by the centre's own probe of ${of}.`,
        `Call the duty desk of whoever runs ${of}.`,
        'Tell the localities; note when it began and ended, and the dossiers concerned.',
      ],
      call: `Whoever runs ${of}; the shift lead.`,
    },
  }),
};

/** What is in trouble now, by name: communes, services or provinces. */
function affected({ key, members }: Outage, places: PlaceLookup): string[] {
  const names = new Set<string>();
  for (const { sign } of members) {
    const { province, commune } = sign.place;
    if (key.scope === 'province') for (const thing of thingsOf(sign)) names.add(thing);
    else if (key.scope !== 'system') {
      if (!isOwn(sign)) names.add(places({ province }).provinceName);
    } else if (commune !== undefined)
      names.add(places({ province, commune }).communeName ?? commune);
  }
  return [...names].toSorted();
}

/** The sentence and the four lines of an outage. */
export function outageWords(
  outage: Outage,
  places: PlaceLookup,
): Readonly<Record<Language, OutageWords>> {
  const names = affected(outage, places);
  const place = places(placeOfKey(outage.key)).provinceName;
  const filled = (language: Language): Filled => {
    return { of: nameOf(outage.key), place, n: names.length, list: listed(names, language) };
  };
  return { vi: VI[outage.key.scope](filled('vi')), en: EN[outage.key.scope](filled('en')) };
}

/** Why the outage has its scope, line by line, so that an analyst can overrule it. */
export function reasonsOf(
  key: ScopeKey,
  proof: readonly string[],
  places: PlaceLookup,
): Readonly<Record<Language, readonly string[]>> {
  const { province } = placeOfKey(key);
  const names = proof.map((one) => {
    if (key.scope === 'province') return one;
    if (key.scope === 'system') return places({ province, commune: one }).communeName ?? one;
    return places({ province: one }).provinceName;
  });
  const [n, list, of] = [names.length, names.join(', '), nameOf(key)];
  if (key.scope === 'system') {
    return {
      vi: [`Trong vòng 15 phút, ${of} gặp sự cố tại ${n} nơi: ${list}.`],
      en: [`Within 15 minutes ${of} was in trouble in ${n} places: ${list}.`],
    };
  }
  if (key.scope === 'province') {
    return {
      vi: [`Trong vòng 15 phút, ${n} dịch vụ của một tỉnh gặp sự cố: ${list}.`],
      en: [`Within 15 minutes ${n} services of one province were in trouble: ${list}.`],
    };
  }
  if (key.scope === 'vendor') {
    return {
      vi: [
        `Trong vòng 15 phút, ${n} tỉnh, thành phố cùng gặp sự cố của ${of}: ${list}.`,
        'Ở những nơi này không nhà cung cấp nào khác gặp sự cố.',
      ],
      en: [
        `Within 15 minutes ${n} provinces were in trouble with ${of}: ${list}.`,
        'No other vendor is in trouble in any of them.',
      ],
    };
  }
  return {
    vi: [
      `Trong vòng 15 phút, ${n} tỉnh, thành phố không kết nối được ${of}: ${list}.`,
      'Những nơi này vẫn kết nối được các hệ thống trung ương khác.',
      `Điểm kiểm tra của trung tâm cũng không gọi được ${of}.`,
    ],
    en: [
      `Within 15 minutes ${n} provinces could not reach ${of}: ${list}.`,
      'They reach the other national systems.',
      `The probe of the centre does not reach ${of} either.`,
    ],
  };
}
