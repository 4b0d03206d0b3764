import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { ProcessGauges } from '../server/ports.ts';

/** Reads the gauges from the runtime. */
export function createProcessGauges(): ProcessGauges {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  return {
    eventLoopDelayMs: () => {
      const delayMs = histogram.percentile(99) / 1e6;
      histogram.reset();
      return delayMs;
    },
    heapUsedRatio: () => {
      const { used_heap_size, heap_size_limit } = getHeapStatistics();
      return used_heap_size / heap_size_limit;
    },
  };
}
