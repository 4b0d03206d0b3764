import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** How the process is doing. */
export interface Gauges {
  /** By how many milliseconds the event loop was late in the worst hundredth of the time since the last look. */
  readonly eventLoopDelayMs: () => number;
  /** How much of the heap's limit is in use, from 0 to 1. */
  readonly heapShare: () => number;
}

/** Gauges of a process that nothing troubles. */
export const calm: Gauges = { eventLoopDelayMs: () => 0, heapShare: () => 0 };

export function createProcessGauges(): Gauges {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  return {
    eventLoopDelayMs: () => {
      const late = delay.percentile(99) / 1e6;
      delay.reset();
      return late;
    },
    heapShare: () => {
      const { used_heap_size, heap_size_limit } = getHeapStatistics();
      return used_heap_size / heap_size_limit;
    },
  };
}
