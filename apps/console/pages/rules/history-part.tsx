import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { RuleDetailView, RuleEditView } from '#libs/protocol';

import { put } from '../../api/client.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { diffLines, type DiffLine } from '../../format/diff.ts';
import { number } from '../../format/number.ts';
import { sorted } from '../../format/sorted.ts';
import { dateTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import styles from './editor.module.css';
import { useRuleWords } from './rule-words.ts';
import cards from './rules-list.module.css';

/** Unchanged lines that are shown around a change. */
const AROUND = 3;
const IN_FORCE_MS = 3_000;
const SIGNS = { same: ' ', removed: '−', added: '+', gap: '' } as const;

type Shown = DiffLine | { readonly kind: 'gap'; readonly text: string };

/** Changed lines with a few around them; the rest is one line that says so. */
function nearChanges(lines: readonly DiffLine[]): Shown[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== 'same'),
  );
  return lines.flatMap((line, at): Shown[] => {
    if (near[at] === true) return [line];
    return at > 0 && near[at - 1] !== true ? [] : [{ kind: 'gap', text: '⋯' }];
  });
}

function Diff(props: { readonly lines: readonly DiffLine[] }): ReactNode {
  const words = useRuleWords().editor;
  if (props.lines.every(({ kind }) => kind === 'same')) return <p>{words.same}</p>;
  return (
    <pre className={styles.diff}>
      {nearChanges(props.lines).map(({ kind, text }, at) => (
        <span key={at} data-kind={kind}>
          {SIGNS[kind]} {text}
        </span>
      ))}
    </pre>
  );
}

function Back(props: {
  readonly rule: RuleDetailView;
  readonly title: string;
  readonly text: string | null;
  readonly onClose: () => void;
}): ReactNode {
  const words = useRuleWords().editor;
  const cache = useQueryClient();
  const [reason, setReason] = useState('');
  const { rule, title, text } = props;
  const over = rule.edits.at(-1)?.number ?? 0;
  const back = useAct({
    run: () =>
      put<RuleDetailView>(`/rules/${encodeURIComponent(rule.id)}/text`, {
        text,
        over,
        reason: reason.trim(),
      }),
    said: () => words.saved,
    refresh: ['rule', 'rules'],
    inForm: true,
    done: () => {
      window.setTimeout(() => void cache.invalidateQueries({ queryKey: ['rule'] }), IN_FORCE_MS);
      props.onClose();
    },
  });
  return (
    <FormDialog
      title={title}
      act={title}
      pending={back.isPending}
      failure={back.error}
      onSubmit={() => back.mutate(undefined)}
      onClose={props.onClose}
    >
      <TextField
        label={words.reason}
        required
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

function Version(props: {
  readonly rule: RuleDetailView;
  readonly edit: RuleEditView;
  readonly before: string;
  readonly onBack: ((edit: RuleEditView) => void) | null;
}): ReactNode {
  const { language } = useLanguage();
  const words = useRuleWords().editor;
  const { rule, edit, before, onBack } = props;
  const lines = diffLines(before, edit.text ?? rule.original);
  const count = (kind: DiffLine['kind']): string =>
    number(lines.filter((line) => line.kind === kind).length, language);
  return (
    <details className={styles.version} open={onBack === null}>
      <summary>
        <b>{words.version(number(edit.number, language))}</b>
        {onBack === null ? <span>{words.inForce}</span> : null}
        {edit.text === null ? <span>{words.original}</span> : null}
        <span>{words.diff(count('added'), count('removed'))}</span>
        <span className={table.quiet}>
          {edit.by} · {dateTime(edit.at)}
        </span>
        <span>{edit.reason}</span>
      </summary>
      <div>
        <Diff lines={lines} />
        {onBack === null ? null : (
          <div>
            <Button onClick={() => onBack(edit)}>{words.backTo}</Button>
          </div>
        )}
      </div>
    </details>
  );
}

function Texts(props: { readonly rule: RuleDetailView }): ReactNode {
  const words = useRuleWords().editor;
  const { may, session } = useDesk();
  const { rule } = props;
  const { edits, original } = rule;
  const [back, setBack] = useState<{ title: string; text: string | null } | null>(null);
  const centre = may.administer && session.scope.province === CENTRE_PROVINCE;
  const last = edits.at(-1);
  return (
    <div className={styles.history}>
      <h3>{words.versions}</h3>
      {last === undefined ? <p className={table.quiet}>{words.never}</p> : null}
      {sorted([...edits.entries()], ([a], [b]) => b - a).map(([at, edit]) => (
        <Version
          key={edit.number}
          rule={rule}
          edit={edit}
          before={edits[at - 1]?.text ?? original}
          onBack={
            edit === last || !centre ? null : ({ text }) => setBack({ title: words.backTo, text })
          }
        />
      ))}
      {centre && last !== undefined && last.text !== null ? (
        <div>
          <Button onClick={() => setBack({ title: words.backToOriginal, text: null })}>
            {words.backToOriginal}
          </Button>
        </div>
      ) : null}
      {back === null ? null : <Back rule={rule} {...back} onClose={() => setBack(null)} />}
    </div>
  );
}

/** Texts that a rule had, what changed between them, and what else people did to it. */
export function HistoryPart(props: { readonly rule: RuleDetailView }): ReactNode {
  const text = useText();
  const words = useRuleWords().editor;
  const { history } = props.rule;
  return (
    <>
      <Texts rule={props.rule} />
      <div className={styles.history}>
        <h3>{words.acts}</h3>
        {history.length === 0 ? <p className={table.quiet}>{text.ruleDesk.noHistory}</p> : null}
      </div>
      {history.length === 0 ? null : (
        <table className={cx(table.table, cards.list)}>
          <thead>
            <tr>
              <th>{text.record.at}</th>
              <th>{text.record.who}</th>
              <th>{text.record.what}</th>
              <th>{text.record.facts}</th>
            </tr>
          </thead>
          <tbody>
            {history.map((change, at) => (
              <tr key={at}>
                <td className={table.nowrap}>{dateTime(change.at)}</td>
                <td className={table.nowrap}>{change.who}</td>
                <td className={table.nowrap}>
                  <code>{change.what}</code>
                </td>
                <td className={table.words}>
                  {Object.entries(change.facts)
                    .map(([name, value]) => `${name}: ${value}`)
                    .join(' · ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
