import type { ControlRefused, PackRefused } from '#libs/detect';

import { ProblemException } from '../http/problem.ts';

/** Why a change of a rule was not taken, in both languages. */
const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  too_many: ['There are too many of them.', 'Đã có quá nhiều.'],
  reason_required: ['State the reason.', 'Cần ghi lý do.'],
  owner_required: ['State who answers for it.', 'Cần ghi người chịu trách nhiệm.'],
  fields_required: ['Name at least one field.', 'Cần ít nhất một trường.'],
  bad_expiry: [
    'It must end in the future, within a year.',
    'Phải hết hạn ở tương lai, trong vòng một năm.',
  ],
  not_tighter: [
    'A province can only make a threshold stricter.',
    'Địa phương chỉ được đặt ngưỡng chặt hơn.',
  ],
  bad_name: [
    'A pack is called by small letters, digits, - and _.',
    'Tên gói chỉ gồm chữ thường không dấu, chữ số, - và _.',
  ],
  no_older_version: ['There is no older version.', 'Không còn bản cũ hơn.'],
};

/** What the API answers when a change of rules or packs is not taken. */
export function ruleRefusal({ reason }: ControlRefused | PackRefused): ProblemException {
  if (reason === 'conflict') return new ProblemException('conflict');
  if (reason === 'out_of_scope') return new ProblemException('not_allowed');
  if (reason === 'exception_unknown' || reason === 'pack_unknown') {
    return new ProblemException('not_found');
  }
  const [detail, detailVi] = REFUSALS[reason] ?? [reason, reason];
  return new ProblemException('invalid', { detail, detailVi });
}
