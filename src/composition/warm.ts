import { randomUUID } from 'node:crypto';
import { HeaderMap } from '@apollo/server';
import type { Fleet } from '../cache/fleet.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../domain/clock.ts';
import { resolveRelativeTimes } from '../domain/relative-time.ts';
import { HOUR } from '../domain/time.ts';
import { trackClaims } from '../live/pending-claims.ts';
import { startWarmRuns, type UnfinishedRun, type WarmRun } from '../live/warm-runs.ts';
import type { WarmMetrics } from '../observability/metrics/warm.ts';
import type { Caller } from '../request/caller.ts';
import { createGraphqlExecution, type ExecuteGraphql } from '../server/graphql-execution.ts';
import type { Logger } from '../server/ports.ts';
import { createGapCollector, readWarmEnd } from './warm-outcome.ts';

/** A report may need many calls, and each waits for its turn at the rate limit behind those that people wait for. */
const RUN_TIMEOUT_MS = HOUR;

export interface WarmDependencies {
  readonly config: Pick<Config, 'warm' | 'limits'>;
  /** What a configuration before has left. */
  readonly unfinished?: readonly UnfinishedRun[];
  readonly clock: Clock;
  readonly fleet: Pick<Fleet, 'claims'>;
  readonly graphql: ExecuteGraphql;
  readonly metrics: WarmMetrics;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** The runs of the configured queries. */
export interface Warming {
  /** Returns what has not ended. */
  readonly stop: () => readonly UnfinishedRun[];
  /** Stops, and gives what has not ended back, so that another process of the fleet makes it. */
  readonly close: () => Promise<void>;
}

/** Runs the configured queries at their times, in one process of the fleet. */
export function startWarming(dependencies: WarmDependencies): Warming {
  const { config, clock, fleet, graphql, metrics, logger, unfinished = [] } = dependencies;
  const limits = { ...config.limits, requestTimeoutMs: RUN_TIMEOUT_MS };
  const executeCall = createGraphqlExecution({ graphql, limits, clock });

  async function execute(run: WarmRun, signal: AbortSignal): Promise<void> {
    let vendorCalls: Readonly<Record<string, number>> = {};
    const { add: onReport, gaps } = createGapCollector();
    const call = {
      ...toCall(run, clock),
      onReport,
      onCalls: (calls: Readonly<Record<string, number>>) => {
        vendorCalls = calls;
      },
    };
    const end = await executeCall(call, signal).then(
      ({ bytes }) => readWarmEnd(bytes, gaps()),
      (err: unknown) => ({ outcome: 'failed' as const, errors: [], sources: gaps(), err }),
    );
    if (signal.aborted) return;
    metrics.warmRun(end.outcome);
    const { index, entry } = run;
    const fields = {
      entry: `warm[${index}]`,
      document: entry.file,
      vendorCalls,
      ms: clock.monotonicMs() - call.startedAtMs,
    };
    if (end.outcome === 'complete') logger.info({ ...fields, outcome: end.outcome }, 'cache warmed');
    else logger.warn({ ...fields, ...end }, 'cache warmed in part or not at all');
  }

  const { claims, whenSettled } = trackClaims(fleet.claims);
  const stop = startWarmRuns({ entries: config.warm, unfinished, clock, claims, execute });
  return {
    stop,
    close: async () => {
      const cutOff = stop().filter(({ isClaimed }) => isClaimed);
      const { release } = claims;
      if (release) await Promise.all(cutOff.map(({ claimName }) => release(claimName)));
      await whenSettled();
      if (cutOff.length > 0)
        logger.warn({ runs: cutOff.length, isGivenBack: release !== undefined }, 'cache warming cut off');
    },
  };
}

function toCall({ entry, scheduledAt, nextAt }: WarmRun, clock: Clock) {
  const caller: Caller = {
    name: 'warm',
    accounts: entry.accounts ? new Set(entry.accounts) : null,
    scopes: new Set(['read']),
  };
  const headers = new HeaderMap([
    ['content-type', 'application/json'],
    ['accept', 'application/json'],
  ]);
  const now = clock.now();
  const startedAtMs = clock.monotonicMs();
  return {
    startedAtMs,
    caller,
    requestId: randomUUID(),
    explain: null,
    method: 'POST',
    headers,
    search: '',
    // A run that another process has left is of the same days.
    body: { query: entry.text, variables: resolveRelativeTimes(entry.variables, scheduledAt, entry.timeZone) },
    operation: undefined,
    isBackground: true,
    // What would expire before the next run is renewed by this one.
    accepts: { freshUntilMs: startedAtMs + (nextAt === Infinity ? 0 : nextAt - now), renewedSinceMs: startedAtMs },
  };
}
