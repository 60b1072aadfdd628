import { type ReactNode, useState } from 'react';

import type { ImportView } from '#libs/protocol';

import { post } from '../../api/client.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import styles from './sources.module.css';

/** Lines of a table that its preview shows; the wrong ones first. */
const SHOWN_MAX = 200;

function Preview(props: { readonly seen: ImportView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { rows, counts } = props.seen;
  const words = text.entering;
  const say = (n: number): string => number(n, language);
  const told = words.counts(
    say(counts.new),
    say(counts.changed),
    say(counts.same),
    say(counts.refused),
  );
  const wrong = rows.filter(({ change }) => change === 'refused');
  const other = rows.filter(({ change }) => change !== 'refused');
  const shown = [...wrong, ...other].slice(0, SHOWN_MAX);
  return (
    <>
      <p role="status">
        {told} {counts.refused > 0 ? <b className={table.bad}>{words.mend}</b> : null}
        {rows.length > SHOWN_MAX ? ` ${words.shown(say(SHOWN_MAX))}` : ''}
      </p>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.preview} role="region" aria-label={words.preview} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              <th className={table.right}>{words.line}</th>
              <th>{words.change}</th>
              <th>{text.sources.name}</th>
              <th>{text.sources.columns.locality}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.line}>
                <td className={table.right}>{row.line}</td>
                <td className={cx(table.nowrap, row.change === 'refused' && table.bad)}>
                  {words.changes[row.change]}
                </td>
                <td>{row.reason === null ? `${row.name} (${row.id})` : row.reason[language]}</td>
                <td>{row.locality === null ? '–' : placeName(row.locality, '–')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Reads a CSV table of sources, shows what it would change, and enters it. */
export function ImportDialog(props: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = text.entering;
  const [csv, setCsv] = useState('');
  const [seen, setSeen] = useState<ImportView | null>(null);
  const count = seen === null ? 0 : seen.counts.new + seen.counts.changed;
  const look = useAct({
    run: (file: File) =>
      file.text().then((read) => {
        setCsv(read);
        return post<ImportView>('/sources/import', { csv: read, apply: false });
      }),
    said: () => words.preview,
    refresh: [],
    done: setSeen,
    inForm: true,
  });
  const enter = useAct({
    run: () => post<ImportView>('/sources/import', { csv, apply: true }),
    said: () => words.applied(number(count, language)),
    refresh: ['sources', 'localities', 'unknown-senders'],
    done: props.onClose,
    inForm: true,
  });
  const ready = seen !== null && seen.counts.refused === 0 && count > 0;
  return (
    <FormDialog
      title={words.importTable}
      act={seen === null ? words.preview : words.apply(number(count, language))}
      pending={!ready || enter.isPending}
      failure={look.error ?? enter.error}
      onSubmit={() => enter.mutate(undefined)}
      onClose={props.onClose}
    >
      <TextField
        label={words.file}
        hint={words.fileHint}
        type="file"
        accept=".csv,text/csv"
        onChange={(event) => {
          const file = event.target.files?.[0];
          setSeen(null);
          if (file !== undefined) look.mutate(file);
        }}
      />
      {seen === null ? null : <Preview seen={seen} />}
    </FormDialog>
  );
}
