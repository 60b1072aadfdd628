import type { Place } from '#libs/model';

import { allOf, anyOf, type Expr } from './expr.ts';
import { readItems, type DetectionContext } from './read/detection.ts';
import { Refused } from './refusal.ts';
import type { ScalarNode } from './yaml.ts';

/** A stated non-match of a rule, with who answers for it and until when. */
export interface RuleException {
  readonly id: string;
  /** Id or name of a plain rule. */
  readonly rule: string;
  /**
   * Fields, with Sigma's modifiers behind `|`, and the values they may have; all fields must fit.
   */
  readonly where: Readonly<Record<string, readonly string[]>>;
  readonly owner: string;
  readonly reason: string;
  /** Events of this time (ms) and later are no longer excepted. */
  readonly expires: number;
  /** Only events of this place. */
  readonly place?: Place;
}

/** An exception as the matcher asks it. */
export interface ExceptionInForce extends RuleException {
  readonly condition: Expr;
}

const PROVINCE = 'gov.locality.code';
const COMMUNE = 'gov.locality.commune_code';
const ITEMS_MAX = 50;
const VALUES_MAX = 1_000;

/** Reads an exception for a rule. Throws `Refused` when its items are not Sigma's. */
export function readException(exception: RuleException, context: DetectionContext): Expr {
  const source = { file: `exception ${exception.id}`, text: '' };
  const scalar = (text: string): ScalarNode => {
    return { kind: 'scalar', text, plain: false, source, offset: 0, size: 1 };
  };
  const items = Object.entries(exception.where);
  if (items.length === 0) {
    const message = 'an exception without fields would silence the whole rule';
    throw new Refused('empty_selection', scalar(''), message, 'switch the rule off instead');
  }
  const values = items.reduce((sum, [, texts]) => sum + texts.length, 0);
  if (items.length > ITEMS_MAX || values > VALUES_MAX) {
    const message = `more than ${ITEMS_MAX} fields or ${VALUES_MAX} values`;
    throw new Refused('too_large', scalar(''), message);
  }
  const entries = items.map(([key, texts]) => ({
    key: scalar(key),
    value: { kind: 'seq' as const, items: texts.map(scalar), source, offset: 0, size: 1 },
  }));
  return allOf([...placeOf(exception.place, context), ...readItems(entries, context)]);
}

function placeOf(place: Place | undefined, { resolve }: DetectionContext): Expr[] {
  if (place === undefined) return [];
  const is = (name: string, code: string): Expr => {
    const test = { kind: 'text', pattern: [code], cased: false } as const;
    return { op: 'atom', field: resolve(name), test };
  };
  const province = is(PROVINCE, place.province);
  if (place.commune === undefined) return [province];
  return [anyOf([allOf([province, is(COMMUNE, place.commune)])])];
}

/** True when the exception still speaks of events of that time (ISO 8601 or ms). */
export function isOpen({ expires }: RuleException, time: unknown): boolean {
  const at = typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) : 0;
  return Number.isNaN(at) || at < expires;
}
