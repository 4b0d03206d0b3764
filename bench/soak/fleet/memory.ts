import type { Measurement } from './gateway-probe.ts';

/**
 * The shortest run in which growth can be distinguished from chance. A sample is 10 MB off by what is in flight at its moment. From the twelve and more
 * samples of five minutes, a slope of nothing becomes a growth of more than 20 MB once in some hundred gateways; from the four of one
 * minute, once in ten.
 */
export const MIN_MEMORY_MINUTES = 5;

export interface MemorySample extends Measurement {
  readonly at: number;
  /** What the caches in the process hold, which grows with each report on another day. */
  readonly cachedMb: number;
}

export interface MemoryTrend {
  readonly startMb: number;
  readonly endMb: number;
  readonly startRssMb: number;
  readonly endRssMb: number;
  readonly slopeMbPerMinute: number;
}

const MB = 2 ** 20;
const CACHE_BYTES = /^switchboard_cache_bytes\{[^}]*level="(?:memory|responses)"[^}]*\} (\S+)$/gm;

/** Reads the size of the caches in a process from its metrics; a cache in a file takes no memory. */
export function readCachedMb(metrics: string): number {
  return metrics.matchAll(CACHE_BYTES).reduce((sum, [, bytes]) => sum + Number(bytes), 0) / MB;
}

/**
 * How the memory that a process holds after garbage collection grew, apart from what its caches say that they hold: the least-squares
 * slope over the samples. The first third is left out, because whatever else is kept fills then.
 */
export function memoryTrend(samples: readonly MemorySample[]): MemoryTrend {
  const [first, last] = [samples[0], samples.at(-1)];
  const settled = samples.slice(Math.floor(samples.length / 3));
  return {
    startMb: first ? heldMb(first) : NaN,
    endMb: last ? heldMb(last) : NaN,
    startRssMb: first?.rssMb ?? NaN,
    endRssMb: last?.rssMb ?? NaN,
    slopeMbPerMinute: slope(settled.map((sample) => [sample.at / 60_000, heldMb(sample)])),
  };
}

function heldMb({ heapMb, externalMb, cachedMb }: MemorySample): number {
  return heapMb + externalMb - cachedMb;
}

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
