import { getHeapStatistics } from 'node:v8';
import type { ProcessGauges } from '../server/ports.ts';
import { oldGenerationLimit, oldGenerationUse } from './heap-limit.ts';

/** Reads the gauges from the runtime. */
export function createProcessGauges(limitBytes: number = oldGenerationLimit()): ProcessGauges {
  return {
    heapUsedRatio: () => {
      const withNewObjects = getHeapStatistics().used_heap_size;
      // Nearly always. To leave new objects out takes five times as long, and there is one reading for each query.
      if (withNewObjects < limitBytes / 2) return withNewObjects / limitBytes;
      return oldGenerationUse() / limitBytes;
    },
  };
}
