import { Refused } from '../refusal.ts';
import { asText, type YamlNode } from '../yaml.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
};
const DURATION = /^(\d{1,9})([smhdwMy])$/;

/** A span of time such as `5m`, in ms; a month counts 30 days, a year 365. */
export function readDuration(node: YamlNode, what: string): number {
  const text = asText(node, what);
  const found = DURATION.exec(text.trim());
  const ms = Number(found?.[1]) * (UNIT_MS[found?.[2] ?? ''] ?? Number.NaN);
  if (ms > 0) return ms;
  const message = `${what} is not a span of time: ${text}`;
  throw new Refused('wrong_type', node, message, 'a number with s, m, h or d, such as 5m');
}
