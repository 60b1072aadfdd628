import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import type { SourceState } from '#libs/model';
import type { SourceView } from '#libs/protocol';

import { type SourcesAsked, sourcesQuery } from '../../api/lists.ts';
import { shortDuration } from '../../format/duration.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/controls.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Health, StateMark } from '../../ui/state-mark.tsx';
import { OlderRows } from '../../ui/older-rows.tsx';
import table from '../../ui/table.module.css';
import { EntryButtons } from './entry-buttons.tsx';
import { Since } from './since.tsx';

const MARKS: Readonly<Record<SourceState, Health>> = {
  sending: 'ok',
  slow: 'degraded',
  silent: 'silent',
  disconnected: 'down',
  flapping: 'flapping',
  maintenance: 'maintenance',
  never_sent: 'unknown',
  off: 'unknown',
};
/** A clock that is further off than this is worth a look, in seconds. */
const SKEW_S = 60;

function SourceRow(props: { readonly source: SourceView; readonly kinds: boolean }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { source } = props;
  const skewed = source.skewSeconds !== null && Math.abs(source.skewSeconds) > SKEW_S;
  return (
    <tr className={cx(source.state === 'never_sent' && table.silent)}>
      <td>
        <StateMark health={MARKS[source.state]} label={text.sources.state[source.state]} />
      </td>
      <td className={table.one} title={`${source.name} · ${source.addresses.join(', ')}`}>
        {source.name}
      </td>
      {props.kinds ? <td className={table.nowrap}>{source.kind ?? '–'}</td> : null}
      <td className={table.one} title={placeName(source.locality, text.sources.unknown)}>
        {placeName(source.locality, text.sources.unknown)}
      </td>
      <td className={table.right}>{number(source.eventsHour, language)}</td>
      <td className={table.right}>
        <span className={cx(source.notUnderstoodHour > 0 && table.warn)}>
          {number(source.notUnderstoodHour, language)}
        </span>
      </td>
      <td className={table.right}>
        {source.skewSeconds === null ? (
          '–'
        ) : (
          <span className={cx(skewed && table.warn)}>
            {shortDuration(Math.abs(source.skewSeconds) * 1000, text.units)}
          </span>
        )}
      </td>
      <td
        className={table.right}
        title={text.sources.silentAfter(shortDuration(source.silenceFloorS * 1000, text.units))}
      >
        <Since at={source.lastEvent} />
      </td>
    </tr>
  );
}

/** Whether any source says what kind it is; a column of dashes tells nobody anything. */
function kindsIn(pages: readonly { readonly rows: readonly SourceView[] }[]): boolean {
  return pages.some(({ rows }) => rows.some(({ kind }) => kind !== null));
}

/** Log sources of the register, page by page from the server. */
export function SourcesTable(props: {
  readonly asked: SourcesAsked;
  readonly tools: ReactNode;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const query = useInfiniteQuery(sourcesQuery(props.asked));
  const { columns } = text.sources;
  const total = query.data?.pages[0]?.total;
  const narrowed = Object.values(props.asked).some((value) => value !== undefined);
  return (
    <>
      <div className={table.tools}>
        {props.tools}
        <span className={table.space} />
        {total === undefined ? null : (
          <span className={table.quiet}>{text.sources.count(number(total, language))}</span>
        )}
        <EntryButtons forms={['source', 'import']} />
      </div>
      <Loaded query={query} what={text.sources.list}>
        {({ pages }) =>
          total === 0 ? (
            <Empty
              icon="sources"
              title={narrowed ? text.sources.noneFound : text.sources.noSources}
              {...(narrowed ? {} : { text: text.sources.noSourcesText })}
            />
          ) : (
            <>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th>{columns.state}</th>
                    <th style={{ width: '26%' }}>{columns.name}</th>
                    {kindsIn(pages) ? <th>{columns.kind}</th> : null}
                    <th style={{ width: '24%' }}>{columns.locality}</th>
                    <th className={table.right}>{columns.hour}</th>
                    <th className={table.right}>{columns.understood}</th>
                    <th className={table.right}>{columns.skew}</th>
                    <th className={table.right}>{columns.last}</th>
                  </tr>
                </thead>
                <tbody>
                  {pages.flatMap(({ rows }) =>
                    rows.map((source) => (
                      <SourceRow key={source.id} source={source} kinds={kindsIn(pages)} />
                    )),
                  )}
                </tbody>
              </table>
              <OlderRows query={query} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
