import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** How the process is doing. */
export interface ProcessGauges {
  /** By how many milliseconds the event loop was late in the worst hundredth of the time since the last look. */
  readonly eventLoopDelayMs: () => number;
  /** How much of the heap's limit is in use, from 0 to 1. */
  readonly heapUsedRatio: () => number;
}

/** Gauges of a process that nothing troubles. */
export const idleGauges: ProcessGauges = { eventLoopDelayMs: () => 0, heapUsedRatio: () => 0 };

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
