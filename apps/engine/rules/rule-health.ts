import type { HealthLine } from '#libs/protocol';

import type { RuleCatalog } from './rule-catalog.ts';

const VI = new Intl.NumberFormat('vi-VN');
const EN = new Intl.NumberFormat('en-GB');

/** The rules' line of the health page: how many are in force, and what is wrong with them. */
export function ruleHealth(
  catalog: Pick<RuleCatalog, 'size' | 'problems' | 'leftOut'>,
): readonly HealthLine[] {
  const { size, problems, leftOut } = catalog;
  const [first] = problems;
  const counts = {
    vi: `${VI.format(size)} luật đang có hiệu lực, ${VI.format(leftOut.length)} bị bỏ ra.`,
    en: `${EN.format(size)} rules in force, ${EN.format(leftOut.length)} left out.`,
  };
  return [
    {
      id: 'stage_rules',
      group: 'stage',
      state: first === undefined ? 'ok' : 'degraded',
      name: { vi: 'Luật phát hiện', en: 'Detection rules' },
      text:
        first === undefined
          ? counts
          : {
              vi: `Bộ luật mới bị lỗi, bộ cũ vẫn chạy. ${counts.vi} Lỗi đầu tiên: ${first}`,
              en: `The new rules are broken, the old ones stay. ${counts.en} First problem: ${first}`,
            },
      figures: {
        rules_in_force: size,
        rules_left_out: leftOut.length,
        rule_problems: problems.length,
      },
    },
  ];
}
