import type { EpisodeSpan } from './episodes.ts';
import { slowTarget } from './slow-sandbox.ts';

/** The target of the spans in which a gateway reports that it does not use Redis, although Redis runs. */
export const REDIS_SLOW = 'redis slow';

/** Under which circumstances a call was made. */
export type CallPhase = 'start' | 'healthy' | 'vendor fails' | 'Redis down' | 'Redis slow';

export interface CountedCall {
  readonly vendor: string;
  readonly at: number;
}

export interface CallRow {
  readonly vendor: string;
  readonly phase: CallPhase;
  readonly fleet: number;
  readonly single: number;
}

/** How long after the end of an outage the processes may still act on their own: they probe Redis at intervals. */
const REDIS_RECOVERY_MS = 8000;
/** A gateway that is busy itself gives up waiting for Redis, and calls vendors on its own for a moment. */
const SLOW_RECOVERY_MS = 2000;
/** Circuits stay open for up to 72 s, and each process has its own. */
const VENDOR_RECOVERY_MS = 75_000;

/** The circumstances of a call. While the vendor fails, each process counts failures on its own, so that is a phase of its own. */
export function phaseOf({ vendor, at }: CountedCall, spans: readonly EpisodeSpan[], runStartedAt: number): CallPhase {
  if (at < runStartedAt) return 'start';
  const isDuring = (target: string, recoveryMs: number): boolean =>
    spans.some((span) => span.target === target && span.from <= at && at <= span.to + recoveryMs);
  if (isDuring('redis', REDIS_RECOVERY_MS)) return 'Redis down';
  if (isDuring(REDIS_SLOW, SLOW_RECOVERY_MS)) return 'Redis slow';
  return [vendor, slowTarget(vendor)].some((target) => isDuring(target, VENDOR_RECOVERY_MS))
    ? 'vendor fails'
    : 'healthy';
}

/** Counts the calls of a fleet, and those of one gateway with the same clients, by vendor and phase. */
export function countCalls(
  fleet: readonly CountedCall[],
  single: readonly CountedCall[],
  spans: readonly EpisodeSpan[],
  runStartedAt: number,
): readonly CallRow[] {
  const vendors = [...new Set([...fleet, ...single].map(({ vendor }) => vendor))].sort();
  const count = (calls: readonly CountedCall[], vendor: string, phase: CallPhase): number =>
    calls.filter((call) => call.vendor === vendor && phaseOf(call, spans, runStartedAt) === phase).length;
  return vendors.flatMap((vendor) =>
    (['start', 'healthy', 'vendor fails', 'Redis down', 'Redis slow'] as const).map((phase) => ({
      vendor,
      phase,
      fleet: count(fleet, vendor, phase),
      single: count(single, vendor, phase),
    })),
  );
}

/**
 * The fleet's clients poll at other moments than those of the single gateway, so that its refreshes fall a little closer together
 * or further apart, and a phase begins and ends within one.
 */
const TOLERANCE_RATIO = 0.1;
const TOLERANCE_REFRESHES = 2;

/** Whether the fleet made more calls than one gateway, beyond the tolerance; `callsPerRefresh` is the size of one refresh. */
export function isExcessive({ phase, fleet, single }: CallRow, callsPerRefresh: number): boolean {
  return phase === 'healthy' && fleet > single * (1 + TOLERANCE_RATIO) + TOLERANCE_REFRESHES * callsPerRefresh;
}
