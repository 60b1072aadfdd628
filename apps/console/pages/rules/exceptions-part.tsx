import { type ReactNode, useState } from 'react';

import type { ExceptionView, RuleDetailView } from '#libs/protocol';

import { post, remove } from '../../api/client.ts';
import { longDuration } from '../../format/duration.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { dateTime, fieldTime, fromFieldTime, millis } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import table from '../../ui/table.module.css';
import { useAct } from '../../ui/use-act.ts';
import { Confirm } from '../admin/confirm.tsx';
import { NO_PLACE, PlaceFields, placeBody } from '../sources/place-fields.tsx';
import { useRuleWords } from './rule-words.ts';
import cards from './rules-list.module.css';
import styles from './rules.module.css';

const WEEK_MS = 604_800_000;
/** An exception that ends sooner is marked. */
const SOON_MS = 3 * 86_400_000;

function AddException(props: { readonly id: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const words = text.ruleDesk;
  const { clock, session } = useDesk();
  const [place, setPlace] = useState(NO_PLACE);
  const [field, setField] = useState('source.ip');
  const [values, setValues] = useState('');
  const [owner, setOwner] = useState(session.name);
  const [reason, setReason] = useState('');
  const [expires, setExpires] = useState(() => fieldTime(clock.now() + WEEK_MS));
  const add = useAct({
    run: () =>
      post<RuleDetailView>(`/rules/${encodeURIComponent(props.id)}/exceptions`, {
        ...placeBody(place),
        where: {
          [field.trim()]: values
            .split(/[\n,]+/)
            .map((value) => value.trim())
            .filter((value) => value !== ''),
        },
        owner: owner.trim(),
        reason: reason.trim(),
        expires: new Date(fromFieldTime(expires)).toISOString(),
      }),
    said: () => words.exceptionAdded,
    refresh: ['rule', 'rules'],
    done: props.onClose,
    inForm: true,
  });
  const line = (label: string, value: string, set: (typed: string) => void): ReactNode => (
    <TextField
      label={label}
      required
      maxLength={500}
      value={value}
      onChange={(event) => set(event.target.value)}
    />
  );
  return (
    <FormDialog
      title={words.addException}
      act={words.addException}
      pending={add.isPending}
      failure={add.error}
      onSubmit={() => add.mutate(undefined)}
      onClose={props.onClose}
    >
      <PlaceFields centre value={place} onChange={setPlace} />
      {line(words.field, field, setField)}
      <TextField
        label={words.values}
        hint={words.valuesHint}
        required
        maxLength={5000}
        value={values}
        onChange={(event) => setValues(event.target.value)}
      />
      {line(words.owner, owner, setOwner)}
      {line(words.reason, reason, setReason)}
      <TextField
        label={words.expires}
        hint={text.upkeep.zone}
        type="datetime-local"
        required
        value={expires}
        onChange={(event) => setExpires(event.target.value)}
      />
    </FormDialog>
  );
}

/** What a rule is stated not to match, by whom, why and until when. */
export function ExceptionsPart(props: { readonly rule: RuleDetailView }): ReactNode {
  const text = useText();
  const words = text.ruleDesk;
  const { language } = useLanguage();
  const more = useRuleWords().list;
  const { may, clock } = useDesk();
  const { rule } = props;
  const left = ({ expires }: ExceptionView): number => millis(expires) - clock.now();
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<ExceptionView | null>(null);
  const end = useAct({
    run: (one: ExceptionView) => remove(`/exceptions/${encodeURIComponent(one.id)}`),
    said: () => words.exceptionEnded,
    refresh: ['rule', 'rules'],
  });
  return (
    <>
      {may.administer && rule.kind === 'match' ? (
        <div className={table.tools}>
          <span className={table.space} />
          <Button look="primary" onClick={() => setAdding(true)}>
            {words.addException}
          </Button>
        </div>
      ) : null}
      {rule.exceptionList.length === 0 ? (
        <p className={styles.body}>{words.noExceptions}</p>
      ) : (
        <table className={cx(table.table, cards.list)}>
          <thead>
            <tr>
              <th>{words.where}</th>
              <th>{text.upkeep.columns.place}</th>
              <th>{words.reason}</th>
              <th>{words.owner}</th>
              <th>{words.expires}</th>
              <th className={table.right} title={more.heldTitle}>
                {more.held}
              </th>
              <th>
                <span className="sr">{words.endException}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rule.exceptionList.map((one) => (
              <tr key={one.id}>
                <td className={cx(table.words, cards.title)}>
                  <code>
                    {Object.entries(one.where)
                      .map(([name, given]) => `${name}: ${given.join(', ')}`)
                      .join(' · ')}
                  </code>
                </td>
                <td>{one.locality === null ? words.everywhere : placeName(one.locality, '')}</td>
                <td className={table.words}>{one.reason}</td>
                <td data-label={words.owner}>{one.owner}</td>
                <td className={table.nowrap} data-label={words.expires}>
                  {one.expired ? words.expired : dateTime(one.expires)}
                  {!one.expired && left(one) < SOON_MS ? (
                    <span className={table.warn}>
                      {' '}
                      ({more.soon(longDuration(left(one), text.units))})
                    </span>
                  ) : null}
                </td>
                <td className={table.right} title={more.heldTitle} data-label={more.held}>
                  {one.held === null ? '–' : number(one.held, language)}
                </td>
                <td className={table.right}>
                  {may.administer ? (
                    <Button onClick={() => setEnding(one)}>{words.endException}</Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {adding ? <AddException id={rule.id} onClose={() => setAdding(false)} /> : null}
      {ending === null ? null : (
        <Confirm
          title={words.endException}
          text={words.endExceptionAsk(ending.owner)}
          act={words.endException}
          onYes={() => {
            end.mutate(ending);
            setEnding(null);
          }}
          onNo={() => setEnding(null)}
        />
      )}
    </>
  );
}
