import { useMutation } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, type ReactNode, useId, useState } from 'react';

import type { PackChangeView, PackPart, PackRuleView } from '#libs/protocol';

import { post } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Button, controls } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import styles from './packs.module.css';
import { Problems } from './problems.tsx';
import { useRuleWords } from './rule-words.ts';

/** `sigma-rules-8eaafff.tgz` is `sigma-rules`. */
function packName(file: string): string {
  const bare = file.toLowerCase().replace(/\.(?:tgz|tar|tar\.gz|zip)$/, '');
  const plain = bare.replace(/[-_.](?:main|master|[0-9a-f]{7,40}|[rv]?\d[\d.-]*)$/, '');
  return plain
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40);
}

function Rules(props: {
  readonly title: (n: string) => string;
  readonly part: PackPart<PackRuleView>;
}): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().packs;
  const { total, rows } = props.part;
  if (total === 0) return null;
  return (
    <details>
      <summary>{props.title(number(total, language))}</summary>
      <ul>
        {rows.map((rule) => (
          <li key={`${rule.id} ${rule.file}`}>
            {rule.title} <span className={table.quiet}>{rule.level}</span> <code>{rule.file}</code>
          </li>
        ))}
        {total > rows.length ? <li>{words.more(number(total - rows.length, language))}</li> : null}
      </ul>
    </details>
  );
}

function Change(props: { readonly change: PackChangeView }): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().packs;
  const { pack, current, rules, files, license, unchanged, refused, ...parts } = props.change;
  const say = (n: number): string => number(n, language);
  return (
    <section className={styles.change}>
      <h2>{words.previewOf(pack)}</h2>
      <p>
        {words.rulesOf(say(rules), say(files))},{' '}
        {current === 0 ? words.first : words.against(say(current))}.{' '}
        {license === null ? words.noLicense : words.license(license)}
      </p>
      <Rules title={words.added} part={parts.added} />
      <Rules title={words.changed} part={parts.changed} />
      <Rules title={words.removed} part={parts.removed} />
      {refused.total === 0 ? null : (
        <details>
          <summary className={table.warn}>{words.refused(say(refused.total))}</summary>
          <Problems problems={refused.rows} files />
          {refused.total > refused.rows.length ? (
            <p>{words.more(say(refused.total - refused.rows.length))}</p>
          ) : null}
        </details>
      )}
      <p className={table.quiet}>{words.unchanged(say(unchanged))}</p>
    </section>
  );
}

/** An archive of rules: what it would change, and only then what it does. */
export function ImportPart(props: { readonly onDone: () => void }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = useRuleWords().packs;
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const path = `/rule-packs/${encodeURIComponent(name)}`;
  const look = useMutation<PackChangeView>({
    mutationFn: () => post<PackChangeView>(`${path}/preview`, file),
  });
  const apply = useAct({
    run: (change: PackChangeView) =>
      post<PackChangeView>(`${path}/import`, file, {
        from: file?.name,
        current: change.current,
      }),
    said: (done) => words.applied(done.pack, number(done.current, language)),
    refresh: ['rule-packs', 'rules', 'rule-switches'],
    done: props.onDone,
    inForm: true,
  });
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const chosen = event.target.files?.[0] ?? null;
    setFile(chosen);
    look.reset();
    if (chosen !== null && name === '') setName(packName(chosen.name));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    look.mutate();
  };
  const failure = apply.error ?? look.error;
  return (
    <form className={styles.import} onSubmit={submit}>
      <p className={table.quiet}>{words.importLead}</p>
      <div className={styles.asked}>
        <div className={controls.field}>
          <label className={controls.label} htmlFor={id}>
            {words.file}
          </label>
          <input
            id={id}
            className={controls.input}
            type="file"
            required
            accept=".zip,.tgz,.gz,.tar"
            onChange={choose}
          />
        </div>
        <TextField
          label={words.name}
          hint={words.nameHint}
          required
          maxLength={40}
          pattern="[a-z0-9][a-z0-9_\-]*"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            look.reset();
          }}
        />
      </div>
      <div role="alert" className={controls.wrong}>
        {failure === null ? null : problemText(failure, text, language)}
      </div>
      {look.data === undefined ? null : <Change change={look.data} />}
      <div className={styles.acts}>
        {look.data === undefined ? (
          <Button look="primary" type="submit" disabled={look.isPending || file === null}>
            {words.preview}
          </Button>
        ) : (
          <Button
            look="primary"
            disabled={apply.isPending}
            onClick={() => {
              if (look.data !== undefined) apply.mutate(look.data);
            }}
          >
            {words.apply}
          </Button>
        )}
        <Button onClick={props.onDone}>{words.cancel}</Button>
      </div>
    </form>
  );
}
