import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import type { RuleDetailView, RuleValues } from '#libs/protocol';

import { put } from '../../api/client.ts';
import { localitiesQuery } from '../../api/lists.ts';
import { CENTRE_PROVINCE } from '../../api/places.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { Button } from '../../ui/controls.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import styles from './editor.module.css';
import { useRuleWords } from './rule-words.ts';

const NUMBERS = ['threshold', 'timespanS', 'suppressS', 'ratio', 'baseline'] as const;
const NAMES = ['level', ...NUMBERS] as const;
const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'] as const;
const IN_FORCE_MS = 3_000;

type Name = (typeof NAMES)[number];

/** What was typed, by parameter; empty stays as it is. */
type Typed = Readonly<Partial<Record<Name, string>>>;

function bodyOf(typed: Typed): Readonly<Record<string, string | number>> {
  const given = Object.entries(typed).filter(([, value]) => value.trim() !== '');
  return Object.fromEntries(
    given.map(([name, value]) => [name, name === 'level' ? value : Number(value)]),
  );
}

/** What was set before, as it stands in the fields. */
function typedOf(values: RuleValues | null): Typed {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = values?.[name] ?? null;
      return value === null ? [] : [[name, String(value)]];
    }),
  );
}

function SetValues(props: {
  readonly rule: RuleDetailView;
  readonly onClose: () => void;
}): ReactNode {
  const text = useText();
  const words = useRuleWords().parameters;
  const cache = useQueryClient();
  const { session } = useDesk();
  const centre = session.scope.province === CENTRE_PROVINCE;
  const { rule } = props;
  const { effective, provinces } = rule.parameters;
  const valuesAt = (province: string): RuleValues | null =>
    province === CENTRE_PROVINCE
      ? rule.parameters.centre
      : (provinces.find(({ locality }) => locality.province === province)?.values ?? null);
  const [province, setProvince] = useState(session.scope.province);
  const [typed, setTyped] = useState(() => typedOf(valuesAt(session.scope.province)));
  const localities = useQuery({ ...localitiesQuery(null), enabled: centre });
  const [reason, setReason] = useState('');
  const save = useAct({
    run: (values: Readonly<Record<string, string | number>> | null) =>
      put<RuleDetailView>(`/rules/${encodeURIComponent(rule.id)}/parameters`, {
        ...(province === CENTRE_PROVINCE ? {} : { province }),
        values,
        reason: reason.trim(),
      }),
    said: () => words.done,
    refresh: ['rule', 'rules'],
    inForm: true,
    done: () => {
      window.setTimeout(() => void cache.invalidateQueries({ queryKey: ['rule'] }), IN_FORCE_MS);
      props.onClose();
    },
  });
  const set = (name: Name, value: string): void => setTyped({ ...typed, [name]: value });
  return (
    <FormDialog
      title={words.set}
      act={words.set}
      pending={save.isPending}
      failure={save.error}
      onSubmit={() => save.mutate(bodyOf(typed))}
      onClose={props.onClose}
    >
      {centre ? (
        <SelectField
          label={text.sources.province}
          value={province}
          onChange={(event) => {
            setProvince(event.target.value);
            setTyped(typedOf(valuesAt(event.target.value)));
          }}
          options={[
            [CENTRE_PROVINCE, text.account.whole],
            ...(localities.data?.rows ?? []).map(({ code, name }) => [code, name] as const),
          ]}
        />
      ) : null}
      <p>{words.keep}</p>
      <SelectField
        label={words.names.level}
        value={typed.level ?? ''}
        onChange={(event) => set('level', event.target.value)}
        options={[['', '–'], ...LEVELS.map((one) => [one, text.severity[one]] as const)]}
      />
      {NUMBERS.filter((name) => effective[name] !== null).map((name) => (
        <TextField
          key={name}
          label={words.names[name]}
          type="number"
          min={0}
          step="any"
          placeholder={String(effective[name])}
          value={typed[name] ?? ''}
          onChange={(event) => set(name, event.target.value)}
        />
      ))}
      <TextField
        label={words.reason}
        required
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <div>
        <Button disabled={reason.trim() === ''} onClick={() => save.mutate(null)}>
          {words.reset}
        </Button>
      </div>
    </FormDialog>
  );
}

/** The values a rule works with: in force, set by the centre, and set by provinces. */
export function ParametersPart(props: { readonly rule: RuleDetailView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const words = useRuleWords().parameters;
  const { may } = useDesk();
  const [setting, setSetting] = useState(false);
  const { rule } = props;
  const { effective, centre, provinces } = rule.parameters;
  const shown = NAMES.filter((name) => effective[name] !== null);
  const say = (values: RuleValues | null, name: Name): string => {
    if (values === null) return '–';
    if (name === 'level') return values.level === null ? '–' : text.severity[values.level];
    const value = values[name];
    return value === null ? '–' : number(value, language, 3);
  };
  return (
    <div className={styles.parameters}>
      <p className={table.quiet}>{words.lead}</p>
      <div className={table.scroll}>
        <table className={table.table}>
          <thead>
            <tr>
              <th>{words.value}</th>
              <th className={table.right}>{words.effective}</th>
              <th className={table.right}>{words.centre}</th>
              {provinces.map(({ locality }) => (
                <th key={locality.province} className={table.right}>
                  {placeName(locality, '–')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((name) => (
              <tr key={name}>
                <td>{words.names[name]}</td>
                <td className={table.right}>
                  <b>{say(effective, name)}</b>
                </td>
                <td className={table.right}>
                  {centre === null || centre[name] === null ? words.written : say(centre, name)}
                </td>
                {provinces.map(({ locality, values }) => (
                  <td key={locality.province} className={table.right}>
                    {say(values, name)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {may.administer ? (
        <div>
          <Button look="primary" onClick={() => setSetting(true)}>
            {words.set}
          </Button>
        </div>
      ) : null}
      {setting ? <SetValues rule={rule} onClose={() => setSetting(false)} /> : null}
    </div>
  );
}
