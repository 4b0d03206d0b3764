import { median, roundTo2Decimals } from '../measure.ts';
import type { Row, Verdict } from '../report.ts';
import { isTailcall } from './peers.ts';
import type { Measured, Measurements } from './side-by-side.ts';

export function medianOf(rounds: readonly Measured[] | undefined, key: keyof Measured): number {
  return median((rounds ?? []).map((each) => each[key]));
}

export function rateOf(measured: Measurements, server: string): number {
  return medianOf(measured.get(server), 'requestsPerSecond');
}

/** The name of the Tailcall with the highest rate; null if none was measured. */
export function bestTailcall(measured: Measurements): string | null {
  const names = [...measured.keys()].filter(isTailcall);
  return names.toSorted((a, b) => rateOf(measured, b) - rateOf(measured, a))[0] ?? null;
}

/** One row for each server. */
export function toRows(workload: string, connections: number, measured: Measurements): readonly Row[] {
  return [...measured].map(([server, rounds]) => {
    const rates = rounds.map(({ requestsPerSecond }) => requestsPerSecond);
    const middle = (key: keyof Measured) => roundTo2Decimals(medianOf(rounds, key));
    return {
      workload,
      connections,
      server,
      'requests/s': Math.round(median(rates)),
      'min–max': `${Math.round(Math.min(...rates))}–${Math.round(Math.max(...rates))}`,
      'CPU ms': roundTo3Decimals(medianOf(rounds, 'cpuMs')),
      'p50 ms': middle('p50Ms'),
      'p99 ms': middle('p99Ms'),
      'vendor calls': middle('vendorCalls'),
      'stub CPU': middle('stubCpu'),
      'RSS MB': Math.round(medianOf(rounds, 'rssMb')),
      failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
    };
  });
}

function roundTo3Decimals(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export interface RatioTarget {
  readonly target: string;
  readonly server: string;
  /** Null: the peer is not installed. */
  readonly peer: string | null;
  readonly min: number;
}

/** Compares rates; the ratio by processor time stands beside it, because other processes on the machine change it less. */
export function toRatioVerdict(measured: Measurements, { target, server, peer, min }: RatioTarget): Verdict {
  const [ours, theirs] = [measured.get(server), peer === null ? undefined : measured.get(peer)];
  if (!ours || !theirs) return { target, measured: 'not measured', met: null };
  if (medianOf(theirs, 'requestsPerSecond') === 0)
    return { target, measured: `${peer ?? ''} answered nothing`, met: null };
  const ratio = medianOf(ours, 'requestsPerSecond') / medianOf(theirs, 'requestsPerSecond');
  const cpuRatio = medianOf(theirs, 'cpuMs') / medianOf(ours, 'cpuMs');
  return {
    target,
    measured: `${roundTo2Decimals(ratio)} × (by processor time ${roundTo2Decimals(cpuRatio)} ×)`,
    met: ratio >= min,
  };
}
