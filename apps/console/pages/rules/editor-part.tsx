import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

import type { RuleCheckView, RuleDetailView, RuleProblemView } from '#libs/protocol';

import { post, put } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { problemText } from '../../api/problem-text.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button, controls } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import { BacktestPart } from './backtest-part.tsx';
import styles from './editor.module.css';
import { Problems } from './problems.tsx';
import { useRuleWords } from './rule-words.ts';

/** How long typing rests before the text is checked, and how soon a saved text is in force. */
const REST_MS = 600;
const IN_FORCE_MS = 3_000;

/** The text once typing has rested. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setRested(text), REST_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return rested;
}

function Checked(props: {
  readonly check: RuleCheckView;
  readonly onGo: (problem: RuleProblemView) => void;
}): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().editor;
  const { problems, samples } = props.check;
  const say = (n: number): string => number(n, language);
  if (problems.length > 0) {
    return (
      <div className={styles.checked}>
        <StateMark health="down" label={words.problems(say(problems.length))} />
        <Problems problems={problems} onGo={props.onGo} />
      </div>
    );
  }
  const failed = samples?.failures.length ?? 0;
  return (
    <div className={styles.checked}>
      <StateMark
        health={failed > 0 ? 'degraded' : 'ok'}
        label={
          samples === null
            ? `${words.good} ${words.noSamples}`
            : failed > 0
              ? words.failures(say(failed))
              : `${words.good} ${words.samples(say(samples.passed))}`
        }
      />
      {failed === 0 ? null : (
        <ul className={styles.failures}>
          {samples?.failures.map((failure) => (
            <li key={failure}>
              <code>{failure}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Text with its line numbers; those with a problem are marked. */
function Lined(props: {
  readonly text: string;
  readonly problems: readonly RuleProblemView[];
  readonly onChange: (text: string) => void;
  readonly area: React.RefObject<HTMLTextAreaElement | null>;
}): ReactNode {
  const id = useId();
  const gutter = useRef<HTMLOListElement>(null);
  const words = useRuleWords().editor;
  const { text, problems, area } = props;
  const wrong = new Map(problems.map(({ line, message }) => [line, message]));
  const lines = text.split('\n').length;
  return (
    <div className={controls.field}>
      <label className={controls.label} htmlFor={id}>
        {words.text}
      </label>
      <div className={styles.lined}>
        <ol ref={gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, at) => (
            <li key={at} data-wrong={wrong.has(at + 1) ? '' : undefined} title={wrong.get(at + 1)}>
              {at + 1}
            </li>
          ))}
        </ol>
        <textarea
          id={id}
          ref={area}
          wrap="off"
          spellCheck={false}
          maxLength={200_000}
          aria-invalid={problems.length > 0}
          value={text}
          onChange={(event) => props.onChange(event.target.value)}
          onScroll={(event) => {
            if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
    </div>
  );
}

/** Offset of a place in a text; line and column count from 1. */
function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
}

function Edit(props: { readonly rule: RuleDetailView; readonly onClose: () => void }): ReactNode {
  const language = useLanguage().language;
  const all = useText();
  const words = useRuleWords().editor;
  const cache = useQueryClient();
  const area = useRef<HTMLTextAreaElement>(null);
  const { rule } = props;
  const path = `/rules/${encodeURIComponent(rule.id)}`;
  const [text, setText] = useState(rule.text);
  const [over] = useState(rule.edits.at(-1)?.number ?? 0);
  const [reason, setReason] = useState('');
  const rested = useRested(text);
  const check = useQuery({
    queryKey: ['rule-check', rule.id, rested],
    queryFn: () => post<RuleCheckView>(`${path}/check`, { text: rested }),
    enabled: rested.trim() !== '',
    gcTime: 0,
  });
  const save = useAct({
    run: () => put<RuleDetailView>(`${path}/text`, { text, over, reason: reason.trim() }),
    said: () => words.saved,
    refresh: ['rules'],
    inForm: true,
    done: () => {
      window.setTimeout(() => void cache.invalidateQueries({ queryKey: ['rule'] }), IN_FORCE_MS);
      props.onClose();
    },
  });
  const go = ({ line, column }: RuleProblemView): void => {
    const at = offsetOf(text, line, column);
    area.current?.focus();
    area.current?.setSelectionRange(at, at + 1);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(undefined);
  };
  const current = rested === text ? check.data : undefined;
  return (
    <>
      <form className={styles.edit} onSubmit={submit}>
        <p className={table.quiet}>{words.shared}</p>
        <Lined area={area} text={text} problems={current?.problems ?? []} onChange={setText} />
        <div aria-live="polite">
          {current === undefined ? (
            <span className={table.quiet}>{words.checking}</span>
          ) : (
            <Checked check={current} onGo={go} />
          )}
        </div>
        <TextField
          label={words.reason}
          required
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <div role="alert" className={controls.wrong}>
          {save.error === null ? null : problemText(save.error, all, language)}
        </div>
        <div className={styles.acts}>
          <Button
            look="primary"
            type="submit"
            disabled={
              save.isPending ||
              text === rule.text ||
              current === undefined ||
              current.problems.length > 0
            }
          >
            {words.save}
          </Button>
          <Button onClick={props.onClose}>{words.cancel}</Button>
        </div>
      </form>
      <details className={styles.tryIt}>
        <summary>{words.tryIt}</summary>
        <BacktestPart rule={rule} draft={text} />
      </details>
    </>
  );
}

/** The text of a rule, and the editor that checks it while it is typed. */
export function EditorPart(props: { readonly rule: RuleDetailView }): ReactNode {
  const words = useRuleWords().editor;
  const { may, session } = useDesk();
  const [editing, setEditing] = useState(false);
  const { rule } = props;
  if (editing) return <Edit rule={rule} onClose={() => setEditing(false)} />;
  return (
    <>
      {may.administer && session.scope.province === CENTRE_PROVINCE ? (
        <div className={table.tools}>
          <code>{rule.file}</code>
          <span className={table.space} />
          <Button look="primary" onClick={() => setEditing(true)}>
            {words.edit}
          </Button>
        </div>
      ) : null}
      <div className={styles.shown}>
        <pre>{rule.text}</pre>
      </div>
    </>
  );
}
