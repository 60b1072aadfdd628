import type { Scalar } from '#libs/model';

import { compareAddresses, parseAddress } from './address.ts';
import type { Query } from './syntax.ts';
import { fold } from './words.ts';

type Range = Extract<Query, { kind: 'range' }>;
/** Undefined when the value is not of the bounds' kind. */
type Order = (value: Scalar, bound: string) => number | undefined;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[0-9:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$/;

const byNumber: Order = (value, bound) => {
  const number = typeof value === 'number' ? value : numberOf(value);
  return number === undefined ? undefined : number - Number(bound);
};

function numberOf(value: Scalar): number | undefined {
  return typeof value === 'string' && value.length <= 64 && NUMBER.test(value)
    ? Number(value)
    : undefined;
}

const byAddress: Order = (value, bound) => {
  const one = typeof value === 'string' ? parseAddress(value) : undefined;
  const other = parseAddress(bound);
  return one === undefined || other === undefined ? undefined : compareAddresses(one, other);
};

const byTime: Order = (value, bound) => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const difference = time - Date.parse(bound);
  return Number.isNaN(difference) ? undefined : difference;
};

const byText: Order = (value, bound) => {
  const one = fold(String(value));
  const other = fold(bound);
  return one < other ? -1 : Number(one > other);
};

/** What the values of a range are compared as. */
export type RangeKind = 'number' | 'address' | 'time' | 'text';

const ORDERS: Readonly<Record<RangeKind, Order>> = {
  number: byNumber,
  address: byAddress,
  time: byTime,
  text: byText,
};

/**
 * Bounds that are all numbers compare numbers, all addresses addresses, all dates times, anything
 * else text.
 */
export function rangeKind({ low, high }: Range): RangeKind {
  const bounds = [low, high].filter((bound) => bound !== undefined).map((bound) => bound.value);
  if (bounds.every((bound) => NUMBER.test(bound))) return 'number';
  if (bounds.every((bound) => parseAddress(bound) !== undefined)) return 'address';
  const isDate = (bound: string) => DATE.test(bound) && !Number.isNaN(Date.parse(bound));
  return bounds.every(isDate) ? 'time' : 'text';
}

/** The test of a range on one value; a value of another kind than the bounds lies outside. */
export function compileRange(range: Range): (value: Scalar) => boolean {
  const { low, high } = range;
  const order = ORDERS[rangeKind(range)];
  return (value) => {
    if (low !== undefined) {
      const difference = order(value, low.value);
      if (difference === undefined || Number.isNaN(difference)) return false;
      if (difference < 0 || (difference === 0 && !low.inclusive)) return false;
    }
    if (high === undefined) return true;
    const difference = order(value, high.value);
    if (difference === undefined || Number.isNaN(difference)) return false;
    return difference < 0 || (difference === 0 && high.inclusive);
  };
}
