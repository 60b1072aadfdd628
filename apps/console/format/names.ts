import { CENTRE_PROVINCE, UNKNOWN_PROVINCE } from '../api/places.ts';
import type { PlaceView } from '#libs/protocol';

/** Up to two letters for an avatar: `Nguyễn Bình` → NB, `an` → AN. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/)
    .filter((word) => word !== '');
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words[words.length - 1] ?? '') : '';
  const letters = last === '' ? first.slice(0, 2) : first.slice(0, 1) + last.slice(0, 1);
  return letters.toLocaleUpperCase('vi');
}

/** `Lai Châu · Bum Tở`; a commune never stands without its province. */
export function placeName(place: PlaceView, unknown: string): string {
  if (place.province === UNKNOWN_PROVINCE) return unknown;
  const province = place.provinceName === '' ? place.province : place.provinceName;
  const commune = place.communeName ?? place.commune;
  return commune === undefined ? province : `${province} · ${commune}`;
}

/** As `placeName`; what is of the centre is of the whole country, in the words given for it. */
export function reachName(place: PlaceView, whole: string, unknown = ''): string {
  return place.province === CENTRE_PROVINCE ? whole : placeName(place, unknown);
}
