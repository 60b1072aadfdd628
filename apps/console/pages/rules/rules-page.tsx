import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { ListView, RuleView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { fold } from '../../format/fold.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/controls.tsx';
import { FindBox } from '../../ui/find-box.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';

/** Rules asked for at once; the pack of this release is far smaller. */
const RULES_MAX = 1_000;

function RuleRow(props: { readonly rule: RuleView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { rule } = props;
  return (
    <tr className={cx(!rule.enabled && table.quiet)}>
      <td>
        <StateMark
          health={rule.enabled ? 'ok' : 'unknown'}
          label={rule.enabled ? text.rules.on : text.rules.off}
        />
      </td>
      <td className={table.nowrap}>{rule.code ?? '–'}</td>
      <td>{language === 'vi' ? rule.titleVi || rule.title : rule.title}</td>
      <td>
        <SeverityBadge severity={rule.level} />
      </td>
      <td className={table.nowrap}>{text.rules.kinds[rule.kind] ?? rule.kind}</td>
      <td className={table.right}>
        {rule.hits7d === 0 ? (
          <span className={table.quiet}>{text.rules.neverFired}</span>
        ) : (
          number(rule.hits7d, language)
        )}
      </td>
      <td className={table.nowrap}>{rule.author ?? '–'}</td>
      <td className={table.nowrap}>
        <code>{rule.file}</code>
      </td>
    </tr>
  );
}

/** The rules in force; they are files, so this page shows and does not edit. */
export function RulesPage(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { q = '' } = useSearch({ from: '/shell/luat' });
  const navigate = useNavigate();
  const query = useQuery({
    queryKey: ['rules'],
    queryFn: () => get<ListView<RuleView>>('/rules', { limit: RULES_MAX }),
  });
  const { columns } = text.rules;
  return (
    <PageFrame title={text.rules.title}>
      <div className={table.box}>
        <Loaded query={query} what={text.rules.list}>
          {({ rows, total }) => {
            const wanted = fold(q);
            const found = rows.filter((rule) =>
              fold(`${rule.code ?? ''} ${rule.title} ${rule.titleVi} ${rule.file}`).includes(
                wanted,
              ),
            );
            return (
              <>
                <div className={table.tools}>
                  <div className={table.find}>
                    <FindBox
                      label={text.rules.find}
                      value={q}
                      onChange={(next) =>
                        void navigate({ to: '/luat', search: { q: next }, replace: true })
                      }
                    />
                  </div>
                  <span className={table.space} />
                  <span className={table.quiet}>{text.rules.count(number(total, language))}</span>
                </div>
                <p className={table.lead}>{text.rules.readOnly}</p>
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
                        <th>{columns.author}</th>
                        <th>{columns.file}</th>
                      </tr>
                    </thead>
                    <tbody>
                      {found.map((rule) => (
                        <RuleRow key={rule.id} rule={rule} />
                      ))}
                    </tbody>
                  </table>
                )}
              </>
            );
          }}
        </Loaded>
      </div>
    </PageFrame>
  );
}
