import { isAsStrict } from '../cache/fetch-request.ts';
import type { CacheConditions } from '../http/types.ts';

/** A discovery that has not ended. */
export interface RunningDiscovery<Result> {
  readonly result: Promise<Result>;
  /** On the monotonic clock. */
  readonly startedAtMs: number;
  /** Which cached values it accepts; absent: all that are fresh. */
  readonly accepts?: CacheConditions | undefined;
}

/** The discoveries in flight: at most one of each account for readers without conditions, and those of readers with conditions. */
export interface RunningDiscoveries<Result> {
  /**
   * Returns what a reader may join. One without conditions does not wait for one that renews what may be cached; one with conditions
   * joins none that began before it arrived.
   */
  readonly find: (account: string, accepts: CacheConditions | undefined) => RunningDiscovery<Result> | undefined;
  /** Keeps a discovery until it ends. */
  readonly add: (account: string, running: RunningDiscovery<Result>) => void;
}

export function createRunningDiscoveries<Result>(): RunningDiscoveries<Result> {
  const running = new Map<string, readonly RunningDiscovery<Result>[]>();
  return {
    find: (account, accepts) => running.get(account)?.find((each) => mayJoin(each, accepts)),
    add(account, discovery) {
      running.set(account, [...(running.get(account) ?? []), discovery]);
      const remove = (): void => {
        const others = running.get(account)?.filter((each) => each !== discovery) ?? [];
        if (others.length > 0) running.set(account, others);
        else running.delete(account);
      };
      discovery.result.then(remove, remove);
    },
  };
}

function mayJoin(
  { startedAtMs, accepts: ofRunning }: RunningDiscovery<unknown>,
  accepts: CacheConditions | undefined,
): boolean {
  if (!accepts || !ofRunning) return accepts === ofRunning;
  const { notBeforeMs = -Infinity, renewedSinceMs = -Infinity } = accepts;
  return startedAtMs >= Math.max(notBeforeMs, renewedSinceMs) && isAsStrict(ofRunning, accepts);
}
