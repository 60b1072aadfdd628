import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';

import type { RuleHealth, RuleRowView } from '#libs/protocol';

import { fold } from '../../format/fold.ts';
import { number } from '../../format/number.ts';
import { sorted } from '../../format/sorted.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { Button, Empty } from '../../ui/controls.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FindBox } from '../../ui/find-box.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { StateMark, type Health } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { rulesQuery } from './rule-queries.ts';
import { useRuleWords } from './rule-words.ts';
import styles from './rules-list.module.css';

/** Rows put on the page at once; a pack of thousands would make it slow. */
const SHOWN = 200;
const SHOWS = ['all', 'off', 'unfed', 'noisy', 'silent', 'costly'] as const;
/** Rules that `costly` shows. */
const COSTLY_MAX = 10;
type Show = (typeof SHOWS)[number];
/** A share of false alarms that is worth a look. */
const NOISY_PERCENT = 30;

const TESTS: Readonly<Record<Show, (rule: RuleRowView) => boolean>> = {
  all: () => true,
  off: (rule) => !rule.enabled,
  unfed: ({ health }) => health === 'no_data' || health === 'silent',
  noisy: (rule) => rule.noisePercent !== null && rule.noisePercent > 0,
  silent: (rule) => rule.hits7d === 0,
  costly: ({ costUs }) => costUs !== null,
};

const MARKS: Readonly<Record<RuleHealth, Health>> = {
  ok: 'ok',
  off: 'unknown',
  no_data: 'down',
  silent: 'silent',
  partly: 'degraded',
  noisy: 'flapping',
};

/** The rules that are asked for, in the order that shows what is asked for. */
function ordered(show: Show, rules: RuleRowView[]): RuleRowView[] {
  if (show === 'noisy')
    return sorted(rules, (a, b) => (b.noisePercent ?? 0) - (a.noisePercent ?? 0));
  if (show !== 'costly') return rules;
  return sorted(rules, (a, b) => (b.costUs ?? 0) - (a.costUs ?? 0)).slice(0, COSTLY_MAX);
}

function RuleRow(props: { readonly rule: RuleRowView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { rule } = props;
  const words = text.ruleDesk;
  const more = useRuleWords().list;
  const say = (n: number): string => number(n, language);
  const cost = rule.costUs === null ? null : number(rule.costUs, language, 1);
  return (
    <tr className={cx(!rule.enabled && table.quiet)}>
      <td>
        <StateMark health={MARKS[rule.health]} label={more.healths[rule.health]} />
      </td>
      <td className={table.nowrap}>{rule.code ?? '–'}</td>
      <td className={cx(table.words, styles.title)}>
        <Link to="/luat" search={{ id: rule.id }}>
          {language === 'vi' ? rule.titleVi || rule.title : rule.title}
        </Link>
      </td>
      <td>
        <SeverityBadge severity={rule.level} />
      </td>
      <td className={table.nowrap}>{text.rules.kinds[rule.kind] ?? rule.kind}</td>
      <td className={table.right} data-label={text.rules.columns.hits}>
        {rule.hits7d === 0 ? (
          <span className={table.quiet}>{text.rules.neverFired}</span>
        ) : (
          say(rule.hits7d)
        )}
      </td>
      <td
        className={table.right}
        data-label={words.columns.noise}
        title={
          rule.noisePercent === null
            ? words.noJudged
            : words.judged(text.units.percent(say(rule.noisePercent)), say(rule.judged))
        }
      >
        {rule.noisePercent === null ? (
          '–'
        ) : (
          <span className={cx(rule.noisePercent >= NOISY_PERCENT && table.warn)}>
            {text.units.percent(say(rule.noisePercent))}
          </span>
        )}
      </td>
      <td
        className={table.right}
        data-label={words.columns.fed}
        title={
          rule.fedByUs
            ? more.fedByUsTitle
            : rule.fed === 0
              ? words.unfed
              : words.fed(say(rule.fedNow), say(rule.fed))
        }
      >
        {rule.fedByUs ? (
          <span className={table.quiet}>{more.fedByUs}</span>
        ) : (
          <span className={cx(rule.fed === 0 && table.warn)}>
            {say(rule.fedNow)} / {say(rule.fed)}
          </span>
        )}
      </td>
      <td className={table.right} data-label={words.columns.exceptions}>
        {say(rule.exceptions)}
      </td>
      <td
        className={table.right}
        data-label={more.cost}
        title={cost === null ? undefined : more.costTitle(cost, say(rule.matches ?? 0))}
      >
        {cost === null ? '–' : more.costOf(cost)}
      </td>
      <td className={table.nowrap}>{rule.pack ?? rule.author ?? '–'}</td>
    </tr>
  );
}

/** The list of rules, filtered and ordered as asked. */
export function RulesPart(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { q = '', xem } = useSearch({ from: '/shell/luat' });
  const navigate = useNavigate();
  const [most, setMost] = useState(SHOWN);
  const query = useQuery(rulesQuery);
  const show = SHOWS.find((one) => one === xem) ?? 'all';
  const { columns } = text.rules;
  const words = text.ruleDesk;
  const more = useRuleWords().list;
  const labels = { ...words.show, costly: more.costly };
  const go = (search: { q: string; xem: string }): void => {
    void navigate({ to: '/luat', search, replace: true });
  };
  return (
    <Loaded query={query} what={text.rules.list}>
      {({ rows, total }) => {
        const wanted = fold(q);
        const matching = rows.filter(
          (rule) =>
            TESTS[show](rule) &&
            fold(`${rule.code ?? ''} ${rule.title} ${rule.titleVi} ${rule.file}`).includes(wanted),
        );
        const found = ordered(show, matching);
        return (
          <>
            <div className={table.tools}>
              <div className={table.find}>
                <FindBox
                  label={text.rules.find}
                  value={q}
                  onChange={(next) => go({ q: next, xem: show })}
                />
              </div>
              <SelectField
                label={words.showLabel}
                hideLabel
                value={show}
                onChange={(event) => go({ q, xem: event.target.value })}
                options={SHOWS.map((one) => [one, labels[one]] as const)}
              />
              <span className={table.space} />
              <span className={table.quiet}>{text.rules.count(number(total, language))}</span>
            </div>
            {show === 'costly' ? <p className={table.lead}>{more.costlyLead}</p> : null}
            {found.length === 0 ? (
              <Empty
                icon="rules"
                title={rows.length === 0 ? text.rules.none : text.rules.narrow}
                {...(rows.length === 0 ? { text: text.rules.noneText } : {})}
              />
            ) : (
              <table className={cx(table.table, styles.list)}>
                <thead>
                  <tr>
                    <th>{more.health}</th>
                    <th>{columns.code}</th>
                    <th>{columns.title}</th>
                    <th>{columns.level}</th>
                    <th>{columns.kind}</th>
                    <th className={table.right}>{columns.hits}</th>
                    <th className={table.right}>{words.columns.noise}</th>
                    <th className={table.right}>{words.columns.fed}</th>
                    <th className={table.right}>{words.columns.exceptions}</th>
                    <th className={table.right}>{more.cost}</th>
                    <th>{columns.author}</th>
                  </tr>
                </thead>
                <tbody>
                  {found.slice(0, most).map((rule) => (
                    <RuleRow key={rule.id} rule={rule} />
                  ))}
                </tbody>
              </table>
            )}
            {found.length > most ? (
              <div className={table.more}>
                <Button onClick={() => setMost(most + SHOWN)}>{text.act.show}</Button>
              </div>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}
