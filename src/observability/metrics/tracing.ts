import type { SpanOutcome } from '../tracing/counted-export.ts';
import type { MetricFactory } from './registry.ts';

/** The metrics of traces. */
export interface TracingMetrics {
  readonly spansEnded: (outcome: SpanOutcome, count: number) => void;
}

export function createTracingMetrics({ counter }: MetricFactory): TracingMetrics {
  const spans = counter('trace_spans_total', 'Recorded spans, by what became of them.', ['outcome']);
  // An increase is only seen of a series that is there before.
  for (const outcome of ['exported', 'failed', 'dropped'] satisfies SpanOutcome[]) spans.inc({ outcome }, 0);
  return {
    spansEnded: (outcome, count) => {
      spans.inc({ outcome }, count);
    },
  };
}
