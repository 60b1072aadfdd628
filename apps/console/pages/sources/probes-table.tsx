import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import type { ProbeView } from '#libs/protocol';

import { probesQuery } from '../../api/lists.ts';
import { placeName } from '../../format/names.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Empty } from '../../ui/controls.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { type Health, StateMark } from '../../ui/state-mark.tsx';
import table from '../../ui/table.module.css';
import { EntryButtons } from './entry-buttons.tsx';
import { Since } from './since.tsx';
import { sorted } from '../../format/sorted.ts';

const MARKS: Readonly<Record<ProbeView['state'], Health>> = {
  up: 'ok',
  down: 'down',
  unknown: 'silent',
  off: 'unknown',
};
const ORDER: readonly ProbeView['state'][] = ['down', 'unknown', 'up', 'off'];

/** Checks from outside, the failing ones first. */
export function ProbesTable(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const query = useQuery(probesQuery);
  const { columns } = text.sources;
  return (
    <>
      <div className={table.tools}>
        <span className={table.space} />
        <EntryButtons forms={['service', 'probe']} />
      </div>
      <Loaded query={query} what={text.sources.probes}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="health" title={text.sources.noProbes} />
          ) : (
            <table className={table.table}>
              <thead>
                <tr>
                  <th>{columns.state}</th>
                  <th>{columns.service}</th>
                  <th>{columns.locality}</th>
                  <th>{columns.target}</th>
                  <th className={table.right}>{columns.answer}</th>
                  <th className={table.right}>{columns.uptime}</th>
                  <th>{columns.error}</th>
                  <th className={table.right}>{columns.since}</th>
                </tr>
              </thead>
              <tbody>
                {sorted(rows, (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).map(
                  (probe) => (
                    <tr key={probe.id}>
                      <td>
                        <StateMark
                          health={MARKS[probe.state]}
                          label={text.sources.probeState[probe.state]}
                        />
                      </td>
                      <td>{probe.serviceName}</td>
                      <td className={table.nowrap}>
                        {placeName(probe.locality, text.sources.unknown)}
                      </td>
                      <td>
                        <code>
                          {probe.kind.toUpperCase()} {probe.target}
                        </code>
                      </td>
                      <td className={table.right}>
                        {probe.lastMs === null
                          ? '–'
                          : text.units.milliseconds(number(probe.lastMs, language))}
                      </td>
                      <td className={table.right}>
                        {probe.uptime24h === null
                          ? '–'
                          : text.units.percent(number(probe.uptime24h, language, 2))}
                      </td>
                      <td className={table.quiet}>{probe.lastError ?? '–'}</td>
                      <td className={table.right}>
                        <Since at={probe.since} />
                      </td>
                    </tr>
                  ),
                )}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </>
  );
}
