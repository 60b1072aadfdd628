import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { EventView, ListView, RuleRowView, RuleWhyView } from '#libs/protocol';

import { ApiFailure, get } from '../../api/client.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { useRuleWords } from '../rules/rule-words.ts';
import { Standings } from '../rules/standings.tsx';
import { Why } from '../rules/why.tsx';
import styles from './search.module.css';

const RULES_MAX = 500;

function Answer(props: { readonly event: EventView; readonly rule: RuleRowView }): ReactNode {
  const text = useText();
  const words = useRuleWords().why;
  const { event, rule } = props;
  const query = useQuery({
    queryKey: ['why', event.id, rule.id],
    queryFn: () => {
      const { id, time } = event;
      return get<RuleWhyView>(`/rules/${encodeURIComponent(rule.id)}/why`, { event: id, time });
    },
  });
  if (query.error instanceof ApiFailure && query.error.status === 404) return <p>{words.gone}</p>;
  return (
    <Loaded query={query} what={text.whyNot.ask}>
      {({ why, matched, standings }) => {
        const others = matched.filter(({ id }) => id !== rule.id);
        const names = others.map(({ code, title }) => (code === null ? title : `${code} ${title}`));
        return (
          <>
            <Why why={why} />
            {rule.kind === 'match' ? null : <Standings ofEvent standings={standings} />}
            {others.length === 0 ? null : <p>{words.others(names.join(', '))}</p>}
          </>
        );
      }}
    </Loaded>
  );
}

/**
 * Why no alert came of an event: a rule is chosen, the event goes through it once more, and what it
 * asked stands beside what it found, with how far its window was from the threshold.
 */
export function WhyNot(props: { readonly event: EventView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [rule, setRule] = useState('');
  const words = text.whyNot;
  const rules = useQuery({
    queryKey: ['rules', 'names'],
    queryFn: () => get<ListView<RuleRowView>>('/rules', { limit: RULES_MAX }),
  });
  const named = (one: RuleRowView): string => {
    const title = language === 'vi' ? one.titleVi : one.title;
    return one.code === null ? title : `${one.code} · ${title}`;
  };
  return (
    <section className={styles.whyNot} aria-label={words.ask}>
      <Loaded query={rules} what={text.shell.rules}>
        {({ rows }) => {
          const chosen = rows.find(({ id }) => id === rule);
          return (
            <>
              <SelectField
                label={words.choose}
                value={rule}
                onChange={(change) => setRule(change.target.value)}
                options={[['', words.none], ...rows.map((one) => [one.id, named(one)] as const)]}
              />
              {chosen === undefined ? null : (
                <Answer key={chosen.id} event={props.event} rule={chosen} />
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
