import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';

import type { ListView, RecordCheckView, RecordView } from '#libs/protocol';

import { get } from '../../api/client.ts';
import { problemText } from '../../api/problem-text.ts';
import { number } from '../../format/number.ts';
import { dateTime, fullTime } from '../../format/time.ts';
import type { Catalogue, Language } from '../../i18n/catalogue.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { Button, Empty, Notice } from '../../ui/controls.tsx';
import { TextField } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { OlderRows } from '../../ui/older-rows.tsx';
import table from '../../ui/table.module.css';
import styles from './admin.module.css';

const PAGE = 100;
interface Verdict {
  readonly well: boolean;
  readonly lines: readonly string[];
}

/** What a chain is called on the page: that of the product alone, or the process that wrote it. */
function chainName({ chains }: Catalogue['record'], chain: string): string {
  if (chain === 'main') return chains.main;
  return chain === 'cli' ? chains.cli : chain;
}

async function verify(text: Catalogue, language: Language): Promise<Verdict> {
  const words = text.record;
  const { whole, chains } = await get<RecordCheckView>('/record/verify');
  const lines = chains.map(({ chain, entries, broken }) => {
    const said =
      broken === null
        ? words.whole(number(entries, language))
        : words.broken(number(broken.seq, language), words.reasons[broken.reason]);
    return `${chainName(words, chain)}: ${said}`;
  });
  return { well: whole, lines };
}

function Verify(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const [verdict, setVerdict] = useState<Verdict | 'busy' | null>(null);
  const look = async (): Promise<void> => {
    setVerdict('busy');
    try {
      setVerdict(await verify(text, language));
    } catch (failure) {
      setVerdict({ well: false, lines: [problemText(failure, text, language)] });
    }
  };
  return (
    <>
      <Button look="primary" disabled={verdict === 'busy'} onClick={() => void look()}>
        {text.record.verify}
      </Button>
      {verdict === null || verdict === 'busy' ? null : (
        <Notice {...(verdict.well ? {} : { tone: 'red' as const })}>
          {verdict.lines.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </Notice>
      )}
    </>
  );
}

function Filter(): ReactNode {
  const text = useText();
  const asked = useSearch({ from: '/shell/quan-tri' });
  const navigate = useNavigate();
  const [who, setWho] = useState(asked.who ?? '');
  const [what, setWhat] = useState(asked.what ?? '');
  const [target, setTarget] = useState(asked.target ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void navigate({ to: '/quan-tri', search: { phan: 'record', who, what, target } });
  };
  const field = (label: string, value: string, set: (text: string) => void): ReactNode => (
    <TextField
      label={label}
      hideLabel
      placeholder={label}
      maxLength={200}
      value={value}
      onChange={(event) => set(event.target.value)}
    />
  );
  return (
    <form className={styles.filter} onSubmit={submit}>
      {field(text.record.who, who, setWho)}
      {field(text.record.what, what, setWhat)}
      {field(text.record.target, target, setTarget)}
      <Button type="submit">{text.record.filter}</Button>
    </form>
  );
}

function RecordRow(props: { readonly entry: RecordView }): ReactNode {
  const text = useText();
  const { chain, seq, at, who, what, target, facts, hash } = props.entry;
  const told = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  return (
    <tr>
      <td className={table.right} title={`${chainName(text.record, chain)} ${hash}`}>
        {seq}
      </td>
      <td className={table.nowrap} title={fullTime(at)}>
        {dateTime(at)}
      </td>
      <td className={table.nowrap}>{who}</td>
      <td className={table.nowrap}>
        <code>{what}</code>
      </td>
      <td className={table.words}>{target}</td>
      <td className={table.words}>{told.join(' · ')}</td>
    </tr>
  );
}

/** The record of what people did, newest first; its chains can be verified here. */
export function RecordPart(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { who, what, target } = useSearch({ from: '/shell/quan-tri' });
  const query = useInfiniteQuery({
    queryKey: ['record', who, what, target],
    queryFn: ({ pageParam }) =>
      get<ListView<RecordView>>('/record', {
        who,
        what,
        target,
        limit: PAGE,
        cursor: pageParam ?? undefined,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.cursor,
  });
  const total = query.data?.pages[0]?.total ?? 0;
  const words = text.record;
  return (
    <>
      <div className={table.tools}>
        <Filter key={`${who ?? ''} ${what ?? ''} ${target ?? ''}`} />
        <span className={table.quiet}>{words.count(number(total, language))}</span>
        <span className={table.space} />
        <Verify />
      </div>
      <p className={table.lead}>{words.lead}</p>
      <Loaded query={query} what={words.tab}>
        {({ pages }) =>
          total === 0 ? (
            <Empty icon="search" title={words.none} />
          ) : (
            <>
              <table className={table.table}>
                <thead>
                  <tr>
                    <th className={table.right}>#</th>
                    <th>{words.at}</th>
                    <th>{words.who}</th>
                    <th>{words.what}</th>
                    <th>{words.target}</th>
                    <th>{words.facts}</th>
                  </tr>
                </thead>
                <tbody>
                  {pages.flatMap(({ rows }) =>
                    rows.map((entry) => <RecordRow key={entry.hash} entry={entry} />),
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
