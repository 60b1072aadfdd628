import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { LocalityView } from '#libs/protocol';

import { localitiesQuery } from '../../api/lists.ts';
import { fold } from '../../format/fold.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { controls } from '../../ui/controls.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import table from '../../ui/table.module.css';
import { Since } from './since.tsx';
import { sorted } from '../../format/sorted.ts';

/** Nothing at all comes from here, though something should. */
function sendsNothing({ sending, unregistered }: LocalityView): boolean {
  return sending + unregistered === 0;
}

/**
 * Those that send nothing stand first, then those with most silence: an average never hides them.
 */
function worstFirst(a: LocalityView, b: LocalityView): number {
  return (
    Number(sendsNothing(b)) - Number(sendsNothing(a)) ||
    b.silent + b.neverSent - (a.silent + a.neverSent) ||
    b.servicesDown - a.servicesDown ||
    fold(a.name).localeCompare(fold(b.name))
  );
}

function LocalityRow(props: {
  readonly locality: LocalityView;
  readonly drill: boolean;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { locality } = props;
  const nothing = sendsNothing(locality);
  const figure = (n: number, tone?: string): ReactNode => (
    <td className={table.right}>
      <span className={cx(n > 0 && tone, n === 0 && table.quiet)}>{number(n, language)}</span>
    </td>
  );
  return (
    <tr className={cx(nothing && table.silent)}>
      <td>
        {props.drill ? (
          <Link to="/nguon" search={{ loc: locality.code }}>
            {locality.name}
          </Link>
        ) : (
          <Link to="/nguon" search={{ phan: 'sources', loc: locality.code }}>
            {locality.name}
          </Link>
        )}{' '}
        {nothing ? (
          <span className={table.quiet}>
            {locality.neverSent > 0 || locality.expected === 0
              ? text.sources.sendsNothing
              : text.sources.allSilent}
          </span>
        ) : null}
        {locality.unregistered > 0 ? (
          <span className={table.quiet}>{text.sources.unregistered}</span>
        ) : null}
      </td>
      {figure(locality.expected)}
      {figure(locality.sending)}
      {figure(locality.silent, table.warn)}
      {figure(locality.neverSent, table.warn)}
      {figure(locality.servicesDown, table.bad)}
      {figure(locality.openIncidents)}
      <td className={table.right}>
        <Since at={locality.lastEvent} />
      </td>
    </tr>
  );
}

/** Coverage by locality: provinces, and inside one its communes. */
export function LocalitiesTable(props: {
  readonly province: string | null;
  readonly find: string;
  readonly tools: ReactNode;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const query = useQuery(localitiesQuery(props.province));
  const { data: provinces } = useQuery(localitiesQuery(null));
  const { columns } = text.sources;
  const here = provinces?.rows.find((one) => one.code === props.province);
  return (
    <>
      <div className={table.tools}>
        {props.province === null ? null : (
          <Link to="/nguon" className={controls.chip}>
            <Icon name="left" size={14} />
            {text.sources.back}
          </Link>
        )}
        {here === undefined ? null : <b>{here.name}</b>}
        {props.tools}
      </div>
      <Loaded query={query} what={text.sources.localities}>
        {({ rows }) => {
          const nothing = rows.filter(sendsNothing).length;
          const wanted = fold(props.find);
          const found = sorted(
            rows.filter((locality) => fold(locality.name).includes(wanted)),
            worstFirst,
          );
          return (
            <>
              <p className={table.lead}>
                {nothing === 0
                  ? text.sources.nobodySilent
                  : text.sources.silentFirst(number(nothing, language))}
              </p>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th>{columns.locality}</th>
                    <th className={table.right}>{columns.expected}</th>
                    <th className={table.right}>{columns.sending}</th>
                    <th className={table.right}>{columns.silent}</th>
                    <th className={table.right}>{columns.never}</th>
                    <th className={table.right}>{columns.services}</th>
                    <th className={table.right}>{columns.incidents}</th>
                    <th className={table.right}>{columns.last}</th>
                  </tr>
                </thead>
                <tbody>
                  {found.map((locality) => (
                    <LocalityRow
                      key={locality.code}
                      locality={locality}
                      drill={props.province === null}
                    />
                  ))}
                </tbody>
              </table>
            </>
          );
        }}
      </Loaded>
    </>
  );
}
