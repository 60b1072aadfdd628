import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { unknownQuery } from '../../api/lists.ts';
import { number } from '../../format/number.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Count } from '../../ui/controls.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FindBox } from '../../ui/find-box.tsx';
import table from '../../ui/table.module.css';
import { TabPanel, Tabs } from '../../ui/tabs.tsx';
import { LocalitiesTable } from './localities-table.tsx';
import { ProbesTable } from './probes-table.tsx';
import {
  readSourcesSearch,
  SOURCE_PARTS,
  SOURCE_STATES,
  type SourcePart,
  type SourcesSearch,
} from './sources-search.ts';
import styles from './sources.module.css';
import { SourcesTable } from './sources-table.tsx';
import { UnknownTable } from './unknown-table.tsx';

type Change = (patch: Readonly<Record<string, string | undefined>>, replace?: boolean) => void;

function Part(props: {
  readonly part: SourcePart;
  readonly search: SourcesSearch;
  readonly change: Change;
}): ReactNode {
  const text = useText();
  const { search, change } = props;
  const find = (label: string): ReactNode => (
    <div className={table.find}>
      <FindBox
        key={props.part}
        label={label}
        value={search.q ?? ''}
        onChange={(q) => change({ q: q === '' ? undefined : q }, true)}
      />
    </div>
  );
  switch (props.part) {
    case 'localities':
      return (
        <LocalitiesTable
          province={search.loc ?? null}
          find={search.q ?? ''}
          tools={find(text.sources.findLocality)}
        />
      );
    case 'sources':
      return (
        <SourcesTable
          asked={{ state: search.st, locality: search.loc, q: search.q }}
          tools={
            <>
              {find(text.sources.find)}
              <div className={styles.state}>
                <SelectField
                  label={text.sources.columns.state}
                  hideLabel
                  value={search.st ?? ''}
                  onChange={(event) => change({ st: event.target.value || undefined })}
                  options={[
                    ['', text.sources.allStates],
                    ...SOURCE_STATES.map((state) => [state, text.sources.state[state]] as const),
                  ]}
                />
              </div>
            </>
          }
        />
      );
    case 'probes':
      return <ProbesTable />;
    case 'unknown':
      return <UnknownTable />;
  }
}

/** Who should send and who does: localities, sources, probes, and senders nobody knows. */
export function SourcesPage(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const search = useSearch({ from: '/shell/nguon' });
  const navigate = useNavigate();
  const unknown = useQuery(unknownQuery);
  const part: SourcePart = search.phan ?? 'localities';
  const change: Change = (patch, replace = false) => {
    void navigate({
      to: '/nguon',
      replace,
      search: (before) => readSourcesSearch({ ...before, ...patch }),
    });
  };
  const labels: Readonly<Record<SourcePart, string>> = {
    localities: text.sources.localities,
    sources: text.sources.list,
    probes: text.sources.probes,
    unknown: text.sources.unknown,
  };
  const waiting = unknown.data?.total ?? 0;
  return (
    <PageFrame
      title={text.sources.title}
      bar={
        <Tabs
          name="sources"
          label={text.sources.tabs}
          value={part}
          onChange={(next) => change({ phan: next, q: undefined })}
          items={SOURCE_PARTS.map((id) => ({
            id,
            label: (
              <>
                {labels[id]}
                {id === 'unknown' && waiting > 0 ? (
                  <Count hot>{number(waiting, language)}</Count>
                ) : null}
              </>
            ),
          }))}
        />
      }
    >
      <TabPanel name="sources" value={part} className={styles.page}>
        <Part part={part} search={search} change={change} />
      </TabPanel>
    </PageFrame>
  );
}
