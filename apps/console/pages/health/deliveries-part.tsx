import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { DeliveryView, ListView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { number } from '../../format/number.ts';
import { listTime } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useDesk } from '../../shell/desk.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/controls.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Health, StateMark } from '../../ui/state-mark.tsx';
import { OlderRows } from '../../ui/older-rows.tsx';
import table from '../../ui/table.module.css';

const PAGE = 100;
const REFRESH_MS = 10_000;
const STATES = ['waiting', 'sent', 'failed', 'late', 'covered'] as const;
const MARKS: Readonly<Record<DeliveryView['state'], Health>> = {
  waiting: 'degraded',
  sent: 'ok',
  failed: 'down',
  late: 'unknown',
  covered: 'unknown',
};

function DeliveryRow(props: { readonly delivery: DeliveryView }): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { clock } = useDesk();
  const { delivery } = props;
  return (
    <tr>
      <td className={table.nowrap}>{listTime(delivery.created, clock.now())}</td>
      <td className={table.nowrap}>
        <StateMark health={MARKS[delivery.state]} label={text.deliveries.states[delivery.state]} />
      </td>
      <td className={table.nowrap}>{text.deliveries.kinds[delivery.kind]}</td>
      <td className={table.words}>
        <Link to="/su-co/$id" params={{ id: delivery.incident }}>
          {delivery.incident}
        </Link>{' '}
        {delivery.sentence}
      </td>
      <td className={table.nowrap}>{delivery.channel}</td>
      <td className={table.right}>{number(delivery.tries, language)}</td>
      <td className={cx(table.quiet, table.words)}>{delivery.error ?? '–'}</td>
    </tr>
  );
}

/** Who was told of what, by which channel, and how it went. */
export function DeliveriesPart(props: {
  readonly state: string;
  readonly onState: (state: string) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const state = STATES.find((one) => one === props.state) ?? '';
  const query = useInfiniteQuery({
    queryKey: ['deliveries', state],
    queryFn: ({ pageParam }) =>
      get<ListView<DeliveryView>>('/deliveries', {
        state,
        limit: PAGE,
        cursor: pageParam ?? undefined,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.cursor,
    refetchInterval: REFRESH_MS,
  });
  const { columns } = text.deliveries;
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <>
      <div className={table.tools}>
        <SelectField
          label={text.deliveries.state}
          hideLabel
          value={state}
          onChange={(event) => props.onState(event.target.value)}
          options={[
            ['', text.deliveries.all],
            ...STATES.map((one) => [one, text.deliveries.states[one]] as const),
          ]}
        />
        <span className={table.space} />
        <span className={table.quiet}>{text.deliveries.count(number(total, language))}</span>
      </div>
      <Loaded query={query} what={text.deliveries.tab}>
        {({ pages }) =>
          total === 0 ? (
            <Empty
              icon="duty"
              title={state === '' ? text.deliveries.none : text.deliveries.narrow}
              {...(state === '' ? { text: text.deliveries.noneText } : {})}
            />
          ) : (
            <div className={table.scroll}>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th>{columns.created}</th>
                    <th>{text.deliveries.state}</th>
                    <th>{columns.kind}</th>
                    <th>{columns.incident}</th>
                    <th>{columns.channel}</th>
                    <th className={table.right}>{columns.tries}</th>
                    <th>{columns.error}</th>
                  </tr>
                </thead>
                <tbody>
                  {pages.flatMap(({ rows }) =>
                    rows.map((one) => <DeliveryRow key={one.id} delivery={one} />),
                  )}
                </tbody>
              </table>
              <OlderRows query={query} />
            </div>
          )
        }
      </Loaded>
    </>
  );
}
