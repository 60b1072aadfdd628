import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useId, useState } from 'react';

import type { TrialLineView, TrialView } from '#libs/protocol';

import { post } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Button, controls } from '../../ui/controls.tsx';
import { SelectField } from '../../ui/field.tsx';
import table from '../../ui/table.module.css';
import { rulesQuery } from './rule-queries.ts';
import styles from './rules.module.css';
import { Why } from './why.tsx';

function Tried(props: { readonly tried: TrialLineView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = text.ruleDesk;
  const { line, event, fields, matched, why } = props.tried;
  const named = Object.entries(fields);
  return (
    <li className={styles.tried}>
      <b>{words.line(number(line, language))}</b>
      {event ? (
        <>
          <span>
            {matched.length === 0
              ? words.noMatch
              : `${words.matches}: ${matched.map(({ code, title }) => `${code ?? ''} ${title}`.trim()).join(', ')}`}
          </span>
          {why === null ? null : <Why why={why} />}
          <details>
            <summary>{words.fieldsOf(number(named.length, language))}</summary>
            <dl className={styles.fields}>
              {named.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
                </div>
              ))}
            </dl>
          </details>
        </>
      ) : (
        <span className={table.quiet}>{words.noEvent}</span>
      )}
    </li>
  );
}

/** A place to paste log lines: what they become, and which rules meet them. */
export function TrialPart(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = text.ruleDesk;
  const id = useId();
  const [lines, setLines] = useState('');
  const [rule, setRule] = useState('');
  const rules = useQuery(rulesQuery);
  const run = useMutation({
    mutationFn: () =>
      post<TrialView>('/rules/test', { text: lines, ...(rule === '' ? {} : { rule }) }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run.mutate();
  };
  return (
    <>
      <p className={table.lead}>{words.trialLead}</p>
      <form className={styles.trial} onSubmit={submit}>
        <label className={controls.label} htmlFor={id}>
          {words.lines}
        </label>
        <textarea
          id={id}
          className={controls.input}
          rows={8}
          required
          maxLength={200_000}
          spellCheck={false}
          value={lines}
          onChange={(event) => setLines(event.target.value)}
        />
        <SelectField
          label={words.against}
          hint={words.correlations}
          value={rule}
          onChange={(event) => setRule(event.target.value)}
          options={[
            ['', words.noRule],
            ...(rules.data?.rows ?? []).map(
              (one) =>
                [
                  one.id,
                  `${one.code ?? ''} ${language === 'vi' ? one.titleVi || one.title : one.title}`.trim(),
                ] as const,
            ),
          ]}
        />
        <div role="alert" className={controls.wrong}>
          {run.error === null ? null : problemText(run.error, text, language)}
        </div>
        <div>
          <Button look="primary" type="submit" disabled={run.isPending}>
            {words.run}
          </Button>
        </div>
      </form>
      {run.data === undefined ? null : (
        <ol className={styles.results} aria-live="polite">
          {run.data.lines.map((tried) => (
            <Tried key={tried.line} tried={tried} />
          ))}
        </ol>
      )}
    </>
  );
}
