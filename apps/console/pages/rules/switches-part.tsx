import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';

import type { RuleSwitchesView } from '#libs/protocol';

import { get, post } from '../../api/client.ts';
import { useText } from '../../i18n/text.tsx';
import { Button } from '../../ui/controls.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import styles from './packs.module.css';
import { useRuleWords } from './rule-words.ts';

const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'] as const;
const DIMENSIONS = ['product', 'service', 'category'] as const;

type Logsource = Readonly<Record<string, string>>;

/** A group of rules, or one, that is switched. */
interface Group {
  readonly by: 'pack' | 'level' | 'logsource' | 'id';
  readonly value: string | Logsource;
  readonly name: string;
}

function logsourceName(value: Logsource): string {
  return Object.values(value).join(' · ');
}

/** Asks for the reason, then switches. */
export function SwitchGroup(props: {
  readonly group: Group;
  readonly on: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const words = useRuleWords().packs;
  const [reason, setReason] = useState('');
  const { on, group } = props;
  const { by, value, name } = group;
  const turn = useAct({
    run: () => post<RuleSwitchesView>('/rule-switches', { on, by, value, reason: reason.trim() }),
    said: () => (on ? words.turnedOn(name) : words.turnedOff(name)),
    refresh: ['rule-switches', 'rule-packs', 'rules', 'rule'],
    done: props.onClose,
    inForm: true,
  });
  return (
    <FormDialog
      title={`${on ? words.on : words.off}: ${name}`}
      act={on ? words.on : words.off}
      pending={turn.isPending}
      failure={turn.error}
      onSubmit={() => turn.mutate(undefined)}
      onClose={props.onClose}
    >
      {on ? null : <p>{words.ask(name)}</p>}
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

function Choose(props: { readonly onChoose: (group: Group) => void }): ReactNode {
  const text = useText();
  const words = useRuleWords().packs;
  const [by, setBy] = useState<'level' | 'logsource'>('level');
  const [level, setLevel] = useState<(typeof LEVELS)[number]>('informational');
  const [source, setSource] = useState<Logsource>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (by === 'level') {
      props.onChoose({ by, value: level, name: `${words.level} ${text.severity[level]}` });
      return;
    }
    const named = Object.entries(source)
      .map(([key, value]) => [key, value.trim().toLowerCase()] as const)
      .filter(([, value]) => value !== '');
    const value = Object.fromEntries(named);
    if (named.length > 0) props.onChoose({ by, value, name: logsourceName(value) });
  };
  return (
    <form className={styles.asked} onSubmit={submit}>
      <SelectField
        label={words.by}
        value={by}
        onChange={(event) => setBy(event.target.value === 'level' ? 'level' : 'logsource')}
        options={(['level', 'logsource'] as const).map((one) => [one, words.bys[one]] as const)}
      />
      {by === 'level' ? (
        <SelectField
          label={words.level}
          value={level}
          onChange={(event) =>
            setLevel(LEVELS.find((one) => one === event.target.value) ?? 'informational')
          }
          options={LEVELS.map((one) => [one, text.severity[one]] as const)}
        />
      ) : (
        DIMENSIONS.map((dimension) => (
          <TextField
            key={dimension}
            label={words[dimension]}
            {...(dimension === 'product' ? { hint: words.logsourceHint } : {})}
            maxLength={200}
            value={source[dimension] ?? ''}
            onChange={(event) => setSource({ ...source, [dimension]: event.target.value })}
          />
        ))
      )}
      <div className={styles.acts}>
        <Button type="submit">{words.off}</Button>
      </div>
    </form>
  );
}

/** What is off by level, log source and rule, for all places, and switching it. */
export function SwitchesPart(props: { readonly may: boolean }): ReactNode {
  const text = useText();
  const words = useRuleWords().packs;
  const [turning, setTurning] = useState<{ group: Group; on: boolean } | null>(null);
  const query = useQuery({
    queryKey: ['rule-switches'],
    queryFn: () => get<RuleSwitchesView>('/rule-switches'),
  });
  const groupsOf = ({ levels, logsources, ids }: RuleSwitchesView): Group[] => [
    ...levels.map((value): Group => {
      return { by: 'level', value, name: `${words.level} ${text.severity[value]}` };
    }),
    ...logsources.map((value): Group => ({ by: 'logsource', value, name: logsourceName(value) })),
    ...ids.map(({ id, title }): Group => ({ by: 'id', value: id, name: title })),
  ];
  return (
    <section className={styles.switches}>
      <h2>{words.switches}</h2>
      <p className={table.quiet}>{words.switchesLead}</p>
      {props.may ? <Choose onChoose={(group) => setTurning({ group, on: false })} /> : null}
      <Loaded query={query} what={words.switches}>
        {(switches) => {
          const groups = groupsOf(switches);
          return groups.length === 0 && switches.on.length === 0 ? (
            <p className={table.quiet}>{words.nothingOff}</p>
          ) : (
            <ul className={styles.offs}>
              {groups.map((group) => (
                <li key={`${group.by} ${group.name}`}>
                  <StateMark health="unknown" label={words.offNow} />
                  {group.by === 'level' ? null : (
                    <span className={table.quiet}>{words.bys[group.by]}</span>
                  )}
                  <b>{group.name}</b>
                  {props.may ? (
                    <Button
                      aria-label={`${words.on}: ${group.name}`}
                      onClick={() => setTurning({ group, on: true })}
                    >
                      {words.on}
                    </Button>
                  ) : null}
                </li>
              ))}
              {switches.on.map(({ id, title }) => (
                <li key={id}>
                  <StateMark health="ok" label={words.onNow} />
                  <b>{title}</b>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      {turning === null ? null : <SwitchGroup {...turning} onClose={() => setTurning(null)} />}
    </section>
  );
}
