import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';

import type { EventView, HistogramView, Problem, SearchView } from '#libs/protocol';

import { address, ApiFailure, get } from '../../api/client.ts';
import { number } from '../../format/number.ts';
import type { Language } from '../../i18n/catalogue.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import { useKeys } from '../../keyboard/use-keys.ts';
import { useClockKnown, useDesk } from '../../shell/desk.tsx';
import { PageFrame } from '../../shell/page-frame.tsx';
import { Button, controls, Empty, IconButton, Notice } from '../../ui/controls.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { EventList, type EventActs } from './event-list.tsx';
import { FieldSidebar, isoSpan } from './field-sidebar.tsx';
import { QueryBar } from './query-bar.tsx';
import { withCondition } from './query-text.ts';
import { type SearchSearch, type Span, spanOf } from './search-search.ts';
import styles from './search.module.css';
import { totalOf } from './total.ts';
import { SpanPicker } from './span-picker.tsx';

const Histogram = lazy(() => import('./histogram.tsx'));

const PAGE = 100;
/** Events on the page at once; past it the query has to be narrowed. */
const EVENTS_MAX = 2_000;
const BUCKETS = 90;
/** A page that looks again by itself does so this often. */
const LIVE_MS = 5_000;

type Text = ReturnType<typeof useText>;

type Change = (patch: SearchSearch, drop?: readonly (keyof SearchSearch)[]) => void;

/**
 * Two ways to move the span by keyboard, and one to widen it: every drag has a button (console.md
 * R35).
 */
function HistogramButtons(props: {
  readonly span: Span;
  readonly onSpan: (span: Span) => void;
}): ReactNode {
  const text = useText();
  const { from, to } = props.span;
  const half = Math.round((to - from) / 2);
  return (
    <div className={styles.histogramButtons}>
      <IconButton
        icon="left"
        label={text.search.moveLeft}
        onClick={() => props.onSpan({ from: from - half, to: to - half })}
      />
      <IconButton
        icon="right"
        label={text.search.moveRight}
        onClick={() => props.onSpan({ from: from + half, to: to + half })}
      />
      <Button look="quiet" onClick={() => props.onSpan({ from: from - half, to: to + half })}>
        {text.search.zoomOut}
      </Button>
    </div>
  );
}

function Results(props: {
  readonly events: readonly EventView[];
  readonly first: SearchView;
  readonly more: boolean;
  readonly busy: boolean;
  readonly onMore: () => void;
  readonly acts: EventActs;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { events, first } = props;
  if (events.length === 0) {
    return <Empty icon="search" title={text.search.none} text={text.search.noneText} />;
  }
  return (
    <>
      {first.complete ? null : (
        <Notice>
          {text.search.partial(number(first.scanned, language), number(first.total, language))}
        </Notice>
      )}
      <EventList events={events} acts={props.acts} />
      <div className={styles.more}>
        {events.length >= EVENTS_MAX ? (
          text.search.limit(number(events.length, language))
        ) : props.more ? (
          <Button disabled={props.busy} onClick={props.onMore}>
            {text.act.older}
          </Button>
        ) : null}
      </div>
    </>
  );
}

/** Counts up while the page looks again by itself; a hidden page waits. */
function useBeat(on: boolean): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => {
      if (!document.hidden) setBeat((before) => before + 1);
    }, LIVE_MS);
    return () => clearInterval(timer);
  }, [on]);
  return beat;
}

/**
 * Query and span; a moving span is fixed once, when the product's time is known, and again at each
 * beat.
 */
function useAsked(search: SearchSearch): { query: string; span: Span; known: boolean } {
  const { clock } = useDesk();
  const { q = '', kh, from, to } = search;
  const fixed = from !== undefined;
  const known = useClockKnown() || fixed;
  const beat = useBeat(search.live === '1');
  const span = useMemo(() => {
    const asked = { ...(kh && { kh }), ...(from && to && { from, to }) };
    return spanOf(asked, known && beat >= 0 ? clock.now() : 0);
  }, [kh, from, to, clock, known, beat]);
  return { query: q, span, known };
}

function useSearchPage() {
  const search = useSearch({ from: '/shell/tim-kiem' });
  const navigate = useNavigate();
  const { query, span, known } = useAsked(search);
  const asked = { query, ...isoSpan(span) };
  const events = useInfiniteQuery({
    enabled: known,
    queryKey: ['events', asked],
    queryFn: ({ pageParam }) =>
      get<SearchView>('/events', { ...asked, limit: PAGE, cursor: pageParam ?? undefined }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.cursor,
    placeholderData: keepPreviousData,
  });
  const histogram = useQuery({
    enabled: known,
    queryKey: ['histogram', asked],
    queryFn: () =>
      get<HistogramView>('/events/histogram', { ...asked, buckets: BUCKETS, by: 'event.outcome' }),
    placeholderData: keepPreviousData,
  });
  const change: Change = (patch, drop = []) => {
    void navigate({
      to: '/tim-kiem',
      search: (before) => {
        const next: Record<string, unknown> = { ...before, ...patch };
        for (const name of drop) delete next[name];
        return next;
      },
    });
  };
  return { search, query, span, asked, events, histogram, change };
}

/** How many events match, as far as they were counted. */
function matchesOf(view: HistogramView, text: Text, language: Language): string {
  const counted = number(totalOf(view), language);
  return view.complete ? counted : text.search.atLeast(counted);
}

function problemOf(failure: unknown): Problem | null {
  const bad = failure instanceof ApiFailure && failure.status === 400;
  return bad ? failure.problem : null;
}

/**
 * Finding events: query, span, counts over time, fields with their commonest values, and the lines
 * themselves.
 */
export function SearchPage(): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const { search, query, span, asked, events, histogram, change } = useSearchPage();
  const { may } = useDesk();
  const [field, setField] = useState<string | null>(null);
  const toSpan = (next: Span): void => change(isoSpan(next), ['kh']);
  const add = (condition: string): void => change({ q: withCondition(query, condition) });
  const acts: EventActs = { add, only: (q) => change({ q }), around: toSpan, top: setField };
  const toggleLive = (): void =>
    search.live === '1' ? change({}, ['live']) : change({ live: '1' });
  useKeys({ Period: () => search.from === undefined && (toggleLive(), true) });
  const problem = problemOf(events.error);
  const pages = events.data?.pages ?? [];
  const rows = pages.flatMap((page) => page.rows);
  const [first] = pages;
  const total = histogram.data === undefined ? null : matchesOf(histogram.data, text, language);
  return (
    <PageFrame
      title={text.search.title}
      bar={
        <>
          <span className={styles.space} />
          {first === undefined || total === null ? null : (
            <span className={styles.quiet} role="status">
              {text.search.result(total, number(first.tookMs, language))}
            </span>
          )}
          <Button
            aria-pressed={search.live === '1'}
            disabled={search.from !== undefined}
            hint="."
            onClick={toggleLive}
          >
            {text.search.live}
          </Button>
          {may.exportEvents ? (
            <a className={controls.button} href={address('/events/export.csv', asked)} download>
              {text.search.exportCsv}
            </a>
          ) : null}
        </>
      }
    >
      <div className={styles.page}>
        <div className={styles.head}>
          <QueryBar
            query={query}
            problem={problem}
            onRun={(q) => {
              if (q === query) void events.refetch();
              else if (q === '') change({}, ['q']);
              else change({ q });
            }}
          />
          <SpanPicker
            search={search}
            span={span}
            onRange={(kh) => change({ kh }, ['from', 'to'])}
            onSpan={toSpan}
          />
        </div>
        {problem === null ? (
          <div className={styles.body}>
            <FieldSidebar
              events={rows}
              query={query}
              span={span}
              open={field}
              onOpen={setField}
              onAdd={add}
            />
            <div className={styles.results}>
              <section className={styles.histogram} aria-label={text.search.histogram}>
                <HistogramButtons span={span} onSpan={toSpan} />
                <Suspense fallback={<div className={styles.plot} />}>
                  {histogram.data === undefined || first?.total === 0 ? (
                    <div className={styles.plot} />
                  ) : (
                    <Histogram view={histogram.data} onZoom={toSpan} />
                  )}
                </Suspense>
              </section>
              <Loaded query={events} what={text.search.list}>
                {() =>
                  first === undefined ? null : (
                    <Results
                      events={rows}
                      first={first}
                      more={events.hasNextPage}
                      busy={events.isFetchingNextPage}
                      onMore={() => void events.fetchNextPage()}
                      acts={acts}
                    />
                  )
                }
              </Loaded>
            </div>
          </div>
        ) : null}
      </div>
    </PageFrame>
  );
}
