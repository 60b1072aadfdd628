import type {
  Histogram,
  HistogramRequest,
  SearchPage,
  SearchRequest,
  TopRequest,
  TopValues,
} from '../ports.ts';
import { scoped } from '../query/scoped.ts';
import { Catalog, type CatalogOptions, type DayFacts } from './catalog.ts';
import { histogramOf } from './histogram.ts';
import type { Work } from './conditions.ts';
import { searchEvents } from './search.ts';
import { topValuesOf } from './top.ts';

export type Question =
  | { readonly kind: 'search'; readonly request: SearchRequest }
  | { readonly kind: 'histogram'; readonly request: HistogramRequest }
  | { readonly kind: 'top'; readonly request: TopRequest }
  | { readonly kind: 'facts' };

export type Answer = SearchPage | Histogram | TopValues | readonly DayFacts[];

/** How long a question without a deadline of its own may take, ms. */
const DEADLINE_MS = 30_000;

/**
 * Answers questions about the day files of a folder, step by step. Every question passes through
 * `scoped` here.
 */
export class EventAnswers {
  readonly #catalog: Catalog;

  constructor(folder: string, options: CatalogOptions = {}) {
    this.#catalog = new Catalog(folder, options);
  }

  /** `elapsed` gives the ms since the question came. */
  begin(question: Question, elapsed: () => number): Work<Answer> {
    if (question.kind === 'facts') return this.#facts();
    const { request } = question;
    const query = scoped(request.query, request.scope);
    const left = () => (request.deadlineMs ?? DEADLINE_MS) - elapsed();
    if (question.kind === 'search') {
      return searchEvents(this.#catalog, question.request, query, left);
    }
    return question.kind === 'histogram'
      ? histogramOf(this.#catalog, question.request, query, left)
      : topValuesOf(this.#catalog, question.request, query, left);
  }

  close(): void {
    this.#catalog.close();
  }

  *#facts(): Work<readonly DayFacts[]> {
    yield;
    return this.#catalog.facts();
  }
}
