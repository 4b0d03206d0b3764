import { getHeapStatistics } from 'node:v8';
import type { ProcessGauges } from '../server/ports.ts';

/** Reads the gauges from the runtime. */
export function createProcessGauges(): ProcessGauges {
  return {
    heapUsedRatio: () => {
      const { used_heap_size, heap_size_limit } = getHeapStatistics();
      return used_heap_size / heap_size_limit;
    },
  };
}
