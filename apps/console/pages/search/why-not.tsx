import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { EventView, ListView, RuleRowView, TrialView, WhyView } from '#libs/protocol';

import { get, post } from '../../api/client.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { rawLine } from '../incident/evidence.tsx';
import styles from './search.module.css';

const RULES_MAX = 500;

function datasetOf(event: EventView): string | undefined {
  const dataset = event.fields['event.dataset'];
  return typeof dataset === 'string' ? dataset : undefined;
}

/** What the rule asked of the line, what stood there, and which of it failed. */
function Tests(props: { readonly why: WhyView }): ReactNode {
  const text = useText();
  const words = text.whyNot;
  return (
    <>
      {props.why.parts.map((part) => (
        <div key={part.name} className={styles.whyPart}>
          <b>
            {part.passed ? '✔' : '✘'} {part.name}
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
    </>
  );
}

/**
 * Why no alert came of an event: a rule is chosen, the line goes through it once more, and what it
 * asked stands beside what it found.
 */
export function WhyNot(props: { readonly event: EventView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [rule, setRule] = useState('');
  const { event } = props;
  const words = text.whyNot;
  const rules = useQuery({
    queryKey: ['rules', 'names'],
    queryFn: () => get<ListView<RuleRowView>>('/rules', { limit: RULES_MAX }),
  });
  const trial = useQuery({
    queryKey: ['trial', event.id, rule],
    enabled: rule !== '',
    queryFn: () =>
      post<TrialView>('/rules/test', { text: rawLine(event), dataset: datasetOf(event), rule }),
  });
  const named = (one: RuleRowView): string => {
    const title = language === 'vi' ? one.titleVi : one.title;
    return one.code === null ? title : `${one.code} · ${title}`;
  };
  return (
    <section className={styles.whyNot} aria-label={words.ask}>
      <Loaded query={rules} what={text.shell.rules}>
        {({ rows }) => (
          <SelectField
            label={words.choose}
            value={rule}
            onChange={(change) => setRule(change.target.value)}
            options={[['', words.none], ...rows.map((one) => [one.id, named(one)] as const)]}
          />
        )}
      </Loaded>
      {rule === '' ? null : (
        <Loaded query={trial} what={words.ask}>
          {({ lines }) => {
            const [line] = lines;
            if (line?.why == null) return <p>{words.noEvent}</p>;
            const others = line.matched.filter(({ id }) => id !== rule);
            return (
              <>
                <p>{words.reasons[line.why.reason]}</p>
                <Tests why={line.why} />
                {others.length === 0 ? null : (
                  <p>{words.others(others.map(({ code, title }) => code ?? title).join(', '))}</p>
                )}
              </>
            );
          }}
        </Loaded>
      )}
    </section>
  );
}
