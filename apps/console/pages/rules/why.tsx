import type { ReactNode } from 'react';

import type { MemberWhyView, WhyView } from '#libs/protocol';

import { dateTime } from '../../format/time.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { useRuleWords } from './rule-words.ts';
import styles from './why.module.css';

const MARKS = {
  matched: 'ok',
  exception: 'degraded',
  condition: 'unknown',
  log_source: 'unknown',
} as const;

function Member(props: { readonly member: MemberWhyView; readonly named: boolean }): ReactNode {
  const words = useRuleWords().why;
  const { member } = props;
  const { reason, exception, logsource } = member;
  return (
    <li>
      {props.named ? (
        <p className={styles.member}>
          <b>{member.title}</b> <StateMark health={MARKS[reason]} label={words.reasons[reason]} />
        </p>
      ) : null}
      {reason === 'log_source' ? (
        <p>{words.logsource(logsource.asked, logsource.found || words.noSource)}</p>
      ) : null}
      {exception === null ? null : (
        <p>{words.exception(exception.owner, exception.reason, dateTime(exception.expires))}</p>
      )}
      {member.parts.map((part) => (
        <div key={part.name} className={styles.part}>
          <b>
            <span aria-hidden="true">{part.passed ? '✔' : '✘'}</span> <code>{part.name}</code>
          </b>
          <ul>
            {part.tests.map((test, at) => (
              <li key={at} data-failed={test.passed ? undefined : ''}>
                <span aria-hidden="true">{test.passed ? '✔' : '✘'}</span>
                <span className="sr">{test.passed ? words.met : words.unmet}</span>
                <code>{test.field}</code>
                <span>{words.asked(test.asked)}</span>
                <span>{test.found === null ? words.missing : words.found(test.found)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </li>
  );
}

/** Why a rule met an event or not: what each rule that it is or counts asked, and found. */
export function Why(props: { readonly why: WhyView }): ReactNode {
  const words = useRuleWords().why;
  const { matched, reason, by, members } = props.why;
  return (
    <div className={styles.why}>
      <StateMark health={matched ? 'ok' : 'unknown'} label={words.reasons[reason]} />
      {by === null ? null : <p>{words.offBy[by]}</p>}
      <ul className={styles.members}>
        {members.map((member) => (
          <Member key={member.rule} member={member} named={members.length > 1} />
        ))}
      </ul>
    </div>
  );
}
