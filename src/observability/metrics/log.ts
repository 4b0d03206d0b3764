import type { MetricFactory } from './registry.ts';

/** The metrics of the log. */
export interface LogMetrics {
  /** Exports how many lines were lost, whenever /metrics is read. */
  readonly watchLog: (lostLines: () => number) => void;
}

export function createLogMetrics({ counter }: MetricFactory): LogMetrics {
  let readLostLines = () => 0;
  counter('log_lines_lost_total', 'Lines of the log that could not be written.', [], (lost) => {
    lost.inc(readLostLines());
  });
  return {
    watchLog: (lostLines) => {
      readLostLines = lostLines;
    },
  };
}
