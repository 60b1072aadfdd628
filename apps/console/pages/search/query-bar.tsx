import { type FormEvent, type ReactNode, useRef, useState } from 'react';

import type { Problem } from '#libs/protocol';

import { useLanguage, useText } from '../../i18n/text.tsx';
import { useKeys } from '../../keyboard/use-keys.ts';
import { Button, controls } from '../../ui/controls.tsx';
import { recentQueries, rememberQuery } from './recent.ts';
import styles from './search.module.css';

/** The query with the wrong character marked under it, in the server's words. */
function WrongAt(props: { readonly query: string; readonly problem: Problem }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { query, problem } = props;
  const at = Math.min(problem.at ?? 0, query.length);
  const said = language === 'vi' ? problem.detailVi || problem.detail : problem.detail;
  return (
    <div className={styles.wrong} role="alert">
      {problem.at === undefined ? null : (
        <code className={styles.wrongQuery}>
          {query.slice(0, at)}
          <mark>{query.slice(at, at + 1) || ' '}</mark>
          {query.slice(at + 1)}
        </code>
      )}
      <span>
        {problem.at === undefined ? '' : `${text.search.wrongAt(at + 1)}: `}
        {said}
      </span>
    </div>
  );
}

export function QueryBar(props: {
  readonly query: string;
  readonly problem: Problem | null;
  readonly onRun: (query: string) => void;
}): ReactNode {
  const text = useText();
  const [typed, setTyped] = useState(props.query);
  const [seen, setSeen] = useState(props.query);
  const field = useRef<HTMLInputElement>(null);
  if (seen !== props.query) {
    setSeen(props.query);
    setTyped(props.query);
  }
  useKeys({ Slash: () => field.current?.focus() });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rememberQuery(typed.trim());
    props.onRun(typed.trim());
  };
  return (
    <form className={styles.query} onSubmit={submit} role="search">
      <div className={styles.queryLine}>
        <input
          ref={field}
          className={`${controls.input ?? ''} ${styles.queryInput ?? ''}`}
          aria-label={text.search.query}
          aria-describedby="query-help"
          aria-invalid={props.problem !== null}
          placeholder={text.search.placeholder}
          value={typed}
          maxLength={10_000}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          list="recent-queries"
          onChange={(event) => setTyped(event.target.value)}
        />
        <datalist id="recent-queries">
          {recentQueries().map((query) => (
            <option key={query} value={query}>
              {query}
            </option>
          ))}
        </datalist>
        <Button look="primary" type="submit">
          {text.search.run}
        </Button>
      </div>
      {props.problem === null ? (
        <p id="query-help" className={controls.hint}>
          {text.search.help}
        </p>
      ) : (
        <WrongAt query={props.query} problem={props.problem} />
      )}
    </form>
  );
}
