import type {
  Histogram,
  HistogramRequest,
  SearchPage,
  SearchRequest,
  TopRequest,
  TopValues,
} from '../ports.ts';
import type { CatalogOptions, DayFacts } from './catalog.ts';
import type { Answer, Question } from './event-answers.ts';
import { ThreadCalls } from './thread-calls.ts';

/** Answers searches from a thread of its own, so that none of them holds up its caller. */
export interface EventReader {
  search(request: SearchRequest): Promise<SearchPage>;
  histogram(request: HistogramRequest): Promise<Histogram>;
  top(request: TopRequest): Promise<TopValues>;
  /** Days on disk, newest first. */
  days(): Promise<readonly DayFacts[]>;
  close(): Promise<void>;
}

/** `folder` need not be there yet: it then holds no events. */
export function openEventReader(folder: string, options: CatalogOptions = {}): EventReader {
  const calls = new ThreadCalls<Question, Answer>(import.meta.url, 'search-thread', {
    folder,
    options,
  });
  return {
    search: (request) => calls.ask({ kind: 'search', request }) as Promise<SearchPage>,
    histogram: (request) => calls.ask({ kind: 'histogram', request }) as Promise<Histogram>,
    top: (request) => calls.ask({ kind: 'top', request }) as Promise<TopValues>,
    days: () => calls.ask({ kind: 'facts' }) as Promise<readonly DayFacts[]>,
    close: () => calls.close(),
  };
}
