import type { ReactNode } from 'react';

import type { RuleProblemView } from '#libs/protocol';

import { number } from '../../format/number.ts';
import { useLanguage } from '../../i18n/text.tsx';
import styles from './packs.module.css';
import { useRuleWords } from './rule-words.ts';

/** Where texts of rules are wrong, what is wrong, and what to write instead. */
export function Problems(props: {
  readonly problems: readonly RuleProblemView[];
  /** Names the file of each. */
  readonly files?: boolean;
  /** Goes to the place of a problem. */
  readonly onGo?: (problem: RuleProblemView) => void;
}): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().packs;
  const { onGo } = props;
  return (
    <ul className={styles.problems}>
      {props.problems.map((problem, at) => {
        const where = words.place(number(problem.line, language), number(problem.column, language));
        return (
          <li key={at}>
            {onGo === undefined ? (
              <b>{where}</b>
            ) : (
              <button type="button" onClick={() => onGo(problem)}>
                {where}
              </button>
            )}
            <span>{problem.message}</span>
            {props.files === true ? <code>{problem.file}</code> : null}
            {problem.instead === null ? null : (
              <span>
                {words.instead}: <code>{problem.instead}</code>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
