import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';

import type { RuleRowView } from '#libs/protocol';

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
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { rulesQuery } from './rule-queries.ts';

/** Rows put on the page at once; a pack of thousands would make it slow. */
const SHOWN = 200;
const SHOWS = ['all', 'off', 'unfed', 'noisy', 'silent'] as const;
type Show = (typeof SHOWS)[number];
/** A share of false alarms that is worth a look. */
const NOISY_PERCENT = 30;

const TESTS: Readonly<Record<Show, (rule: RuleRowView) => boolean>> = {
  all: () => true,
  off: (rule) => !rule.enabled,
  unfed: (rule) => rule.fed === 0,
  noisy: (rule) => rule.noisePercent !== null && rule.noisePercent > 0,
  silent: (rule) => rule.hits7d === 0,
};

function RuleRow(props: { readonly rule: RuleRowView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { rule } = props;
  const words = text.ruleDesk;
  const say = (n: number): string => number(n, language);
  return (
    <tr className={cx(!rule.enabled && table.quiet)}>
      <td>
        <StateMark
          health={rule.enabled ? 'ok' : 'unknown'}
          label={rule.enabled ? text.rules.on : text.rules.off}
        />
      </td>
      <td className={table.nowrap}>{rule.code ?? '–'}</td>
      <td className={table.words}>
        <Link to="/luat" search={{ id: rule.code ?? rule.id }}>
          {language === 'vi' ? rule.titleVi || rule.title : rule.title}
        </Link>
      </td>
      <td>
        <SeverityBadge severity={rule.level} />
      </td>
      <td className={table.nowrap}>{text.rules.kinds[rule.kind] ?? rule.kind}</td>
      <td className={table.right}>
        {rule.hits7d === 0 ? (
          <span className={table.quiet}>{text.rules.neverFired}</span>
        ) : (
          say(rule.hits7d)
        )}
      </td>
      <td
        className={table.right}
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
        title={rule.fed === 0 ? words.unfed : words.fed(say(rule.fedNow), say(rule.fed))}
      >
        <span className={cx(rule.fed === 0 && table.warn)}>
          {say(rule.fedNow)} / {say(rule.fed)}
        </span>
      </td>
      <td className={table.right}>{say(rule.exceptions)}</td>
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
        const found =
          show === 'noisy'
            ? sorted(matching, (a, b) => (b.noisePercent ?? 0) - (a.noisePercent ?? 0))
            : matching;
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
                options={SHOWS.map((one) => [one, words.show[one]] as const)}
              />
              <span className={table.space} />
              <span className={table.quiet}>{text.rules.count(number(total, language))}</span>
            </div>
            {found.length === 0 ? (
              <Empty
                icon="rules"
                title={rows.length === 0 ? text.rules.none : text.rules.narrow}
                {...(rows.length === 0 ? { text: text.rules.noneText } : {})}
              />
            ) : (
              <table className={table.table}>
                <thead>
                  <tr>
                    <th>{columns.enabled}</th>
                    <th>{columns.code}</th>
                    <th>{columns.title}</th>
                    <th>{columns.level}</th>
                    <th>{columns.kind}</th>
                    <th className={table.right}>{columns.hits}</th>
                    <th className={table.right}>{words.columns.noise}</th>
                    <th className={table.right}>{words.columns.fed}</th>
                    <th className={table.right}>{words.columns.exceptions}</th>
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
