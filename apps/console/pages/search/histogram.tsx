// oxlint-disable-next-line import/no-unassigned-import -- a style sheet
import 'uplot/dist/uPlot.min.css';

import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';

import type { HistogramView } from '#libs/protocol';

import { number } from '../../format/number.ts';
import { clockTime, millis, shortDate } from '../../format/time.ts';
import { useLanguage, useText } from '../../i18n/text.tsx';
import type { Span } from './search-search.ts';
import styles from './search.module.css';
import { totalOf } from './total.ts';

const HEIGHT = 110;
const DAY_MS = 86_400_000;

/** Outcomes by meaning; every other value is grey. */
function colorOf(value: string, css: CSSStyleDeclaration): string {
  if (value === 'failure') return css.getPropertyValue('--s4');
  if (value === 'success') return css.getPropertyValue('--map-2');
  return css.getPropertyValue('--line-strong');
}

/** Times and counts, stacked: each series holds the sum of itself and those below it. */
function stack(view: HistogramView): { times: number[]; sums: number[][] } {
  const length = Math.max(0, ...view.series.map((series) => series.counts.length));
  const start = millis(view.start);
  const times = Array.from({ length }, (_, at) => (start + at * view.intervalMs) / 1000);
  const sums: number[][] = [];
  let below = times.map(() => 0);
  for (const series of view.series) {
    below = below.map((sum, at) => sum + (series.counts[at] ?? 0));
    sums.push(below);
  }
  return { times, sums };
}

/**
 * Counts over time; dragging over it zooms in. The buttons beside it do the same for the keyboard.
 */
export default function Histogram(props: {
  readonly view: HistogramView;
  readonly onZoom: (span: Span) => void;
}): ReactNode {
  const text = useText();
  const { language } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const zoom = useRef(props.onZoom);
  const { view } = props;
  useEffect(() => {
    zoom.current = props.onZoom;
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const css = getComputedStyle(document.documentElement);
    const { times, sums } = stack(view);
    const bars = uPlot.paths.bars;
    const wide = view.intervalMs * times.length > 2 * DAY_MS;
    const axis = {
      stroke: css.getPropertyValue('--muted'),
      font: "12px 'Inter Variable', sans-serif",
      grid: { stroke: css.getPropertyValue('--line-soft'), width: 1 },
      ticks: { show: false },
    };
    const said = (seconds: number): string =>
      wide ? shortDate(seconds * 1000) : clockTime(seconds * 1000).slice(0, 5);
    // The tallest first, so that the shorter ones are painted over it.
    const painted = view.series.map((series, at) => ({ series, sum: sums[at] ?? [] }));
    painted.reverse();
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        padding: [6, 12, 0, 0],
        cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
        axes: [
          { ...axis, size: 24, values: (_, splits) => splits.map(said) },
          { ...axis, size: 52, values: (_, splits) => splits.map((n) => number(n, language)) },
        ],
        series: [
          {},
          ...painted.map(({ series }) => ({
            label: series.value,
            fill: colorOf(series.value, css),
            stroke: colorOf(series.value, css),
            width: 0,
            points: { show: false },
            ...(bars === undefined ? {} : { paths: bars({ size: [0.9, 40], align: 1 }) }),
          })),
        ],
        scales: {
          // To the end of the last bar: each is drawn to the right of its time.
          x: { range: [millis(view.start) / 1000, (times.at(-1) ?? 0) + view.intervalMs / 1000] },
          y: { range: (_, _low, high) => [0, Math.max(1, high)] },
        },
        hooks: {
          setSelect: [
            (self) => {
              if (self.select.width < 4) return;
              const from = self.posToVal(self.select.left, 'x') * 1000;
              const to = self.posToVal(self.select.left + self.select.width, 'x') * 1000;
              zoom.current({ from: Math.floor(from), to: Math.ceil(to) });
            },
          ],
        },
      },
      [times, ...painted.map(({ sum }) => sum)],
      element,
    );
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [view, language]);
  const end = millis(view.start) + view.intervalMs * (view.series[0]?.counts.length ?? 0);
  const label = text.search.histogramText(
    number(totalOf(view), language),
    `${shortDate(view.start)} ${clockTime(view.start)}`,
    `${shortDate(end)} ${clockTime(end)}`,
  );
  return <div ref={box} className={styles.plot} role="img" aria-label={label} />;
}
