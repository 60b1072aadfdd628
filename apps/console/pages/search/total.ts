import type { HistogramView } from '#libs/protocol';

/** Events counted in all bars of a histogram. */
export function totalOf(view: HistogramView): number {
  return view.series.reduce((sum, series) => sum + series.counts.reduce((a, b) => a + b, 0), 0);
}
