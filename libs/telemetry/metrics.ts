import type { HealthLine } from '#libs/protocol';

const STATE_VALUE: Readonly<Record<HealthLine['state'], number>> = {
  ok: 1,
  off: 1,
  degraded: 0.5,
  down: 0,
};

function metricName(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

/**
 * The health lines in Prometheus' text format: `thapcanh_state` and one gauge per figure, by line.
 */
export function prometheusText(lines: readonly HealthLine[]): string {
  const states = lines.map(
    (line) => `thapcanh_state{line="${metricName(line.id)}"} ${STATE_VALUE[line.state]}`,
  );
  const figures = new Map<string, string[]>();
  for (const line of lines) {
    for (const [name, value] of Object.entries(line.figures)) {
      const metric = `thapcanh_${metricName(name)}`;
      const rows = figures.get(metric) ?? [];
      rows.push(`${metric}{line="${metricName(line.id)}"} ${value}`);
      figures.set(metric, rows);
    }
  }
  const blocks = [...figures].map(([metric, rows]) => `# TYPE ${metric} gauge\n${rows.join('\n')}`);
  return `# TYPE thapcanh_state gauge\n${states.join('\n')}\n${blocks.join('\n')}\n`;
}
