import { roundTo2Decimals } from '../measure.ts';
import type { ClientResult } from '../overload/run-clients.ts';
import type { Verdict } from '../report.ts';
import { GATEWAY } from '../throughput/gateway.ts';

/** Medians of the rounds; sums of refusals and failures, and the longest health check. */
export interface LoadPoint extends Omit<ClientResult, 'health'> {
  readonly workload: string;
  readonly server: string;
  readonly connections: number;
  readonly waitsAfterRefusal: boolean;
  readonly healthMs: number;
}

/** Up to here nothing is refused; beyond it the gateway is overloaded. */
const NORMAL = 50;
const OVERLOAD = 200;
const MIN_OF_BEST = 0.9;
const MAX_P99_FACTOR = 2;
const MAX_REFUSAL_MS = 50;
const MAX_HEALTH_MS = 100;
const NOTHING = 'nothing was answered';

/** The criteria of T9 for one workload. */
export function overloadVerdicts(workload: string, points: readonly LoadPoint[]): readonly Verdict[] {
  const own = points.filter((point) => point.workload === workload && point.server === GATEWAY);
  const patient = own.filter(({ waitsAfterRefusal }) => waitsAfterRefusal);
  const impatient = own.find(({ waitsAfterRefusal }) => !waitsAfterRefusal);
  const [normal, overloaded] = [NORMAL, OVERLOAD].map((count) =>
    patient.find(({ connections }) => connections === count),
  );
  if (!normal || !overloaded || !impatient)
    return [{ target: `${workload}: overload`, measured: 'not measured', met: null }];
  const best = Math.max(...patient.map(({ goodput }) => goodput));
  const leastCpuMs = Math.min(...patient.map(({ cpuMs }) => cpuMs));
  return [
    ...[normal, overloaded].map((point) => goodputVerdict(workload, point, best, leastCpuMs)),
    {
      target: `${workload}: nothing is refused at ${NORMAL} connections`,
      measured: `${normal.refused} refused, ${normal.failed} failed`,
      met: normal.refused + normal.failed === 0,
    },
    latencyVerdict(workload, overloaded, best),
    refusalVerdict(workload, [overloaded, impatient]),
    {
      target: `${workload}: clients that return at once cost ≤ 10 % of the goodput`,
      measured: overloaded.goodput === 0 ? NOTHING : `${roundTo2Decimals(impatient.goodput / overloaded.goodput)} ×`,
      met: overloaded.goodput > 0 && impatient.goodput >= MIN_OF_BEST * overloaded.goodput,
    },
    healthVerdict(workload, own),
  ];
}

/** The processor time shows where not the gateway was the limit, but its clients on the other core. */
function goodputVerdict(
  workload: string,
  { connections, goodput, cpuMs }: LoadPoint,
  best: number,
  leastCpuMs: number,
): Verdict {
  return {
    target: `${workload}: goodput at ${connections} connections ≥ ${MIN_OF_BEST} × the best`,
    measured: `${roundTo2Decimals(goodput / best)} × of ${Math.round(best)}/s (by processor time ${roundTo2Decimals(leastCpuMs / cpuMs)} ×)`,
    met: goodput >= MIN_OF_BEST * best,
  };
}

/**
 * Requests admitted at a time follow from Little's law: goodput times the mean latency of what is answered. The service time is the
 * inverse of the best goodput.
 */
function latencyVerdict(workload: string, { goodput, meanMs, p99Ms }: LoadPoint, best: number): Verdict {
  const admitted = (goodput * meanMs) / 1000;
  const maxMs = (MAX_P99_FACTOR * admitted * 1000) / best;
  return {
    target: `${workload}: p99 at ${OVERLOAD} connections ≤ ${MAX_P99_FACTOR} × (admitted × service time)`,
    measured:
      goodput === 0
        ? NOTHING
        : `${Math.round(p99Ms)} ms, at most ${Math.round(maxMs)} (${Math.round(admitted)} admitted)`,
    met: goodput > 0 && p99Ms <= maxMs,
  };
}

function refusalVerdict(workload: string, points: readonly LoadPoint[]): Verdict {
  const refused = points.reduce((sum, point) => sum + point.refused, 0);
  const without = points.reduce((sum, point) => sum + point.refusalsWithoutRetryAfter, 0);
  const slowest = Math.max(...points.map(({ refusalP99Ms }) => refusalP99Ms));
  return {
    target: `${workload}: refusals within ${MAX_REFUSAL_MS} ms (p99), with Retry-After`,
    measured: refused === 0 ? 'none refused' : `${Math.round(slowest)} ms, ${without} of ${refused} without`,
    met: slowest <= MAX_REFUSAL_MS && without === 0,
  };
}

function healthVerdict(workload: string, points: readonly LoadPoint[]): Verdict {
  const slowest = Math.max(...points.map(({ healthMs }) => healthMs));
  return {
    target: `${workload}: /healthz and /readyz within ${MAX_HEALTH_MS} ms throughout`,
    measured: `${Math.round(slowest)} ms at worst`,
    met: slowest <= MAX_HEALTH_MS,
  };
}
