import type { Clock, Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';

/** Whether this process is the one that makes a run: `unknown` where those that share a cache cannot be asked. */
export type ClaimOutcome = 'granted' | 'taken' | 'unknown';

/** The claims of runs, of which each process that shares a cache makes those that it is granted. */
export interface RunClaims {
  /** `ifLate` is what becomes of a run that is granted after `unknown` was returned. */
  readonly claim: (name: string, ifLate: 'keep' | 'release') => Promise<ClaimOutcome>;
  /** Gives a run back, so that another process may claim it. Absent: processes share nothing, and none could know that it is to be made. */
  readonly release?: ((name: string) => Promise<void>) | undefined;
}

/**
 * A run is too late then. Shorter than a claim lasts, by more than clocks differ: a run that was made is claimed all this time, so that it
 * is not made again.
 */
export const TAKE_OVER_MS = 50 * MINUTE;

export interface ClaimOptions {
  readonly claims: RunClaims;
  readonly signal: AbortSignal;
}

export interface TakeOverOptions extends ClaimOptions {
  readonly clock: Clock;
}

/** Claims a run. One that is granted after the abort is given back: those that follow, or other processes, make it. */
export async function claimRun(
  { claims, signal }: ClaimOptions,
  name: string,
  ifLate: 'keep' | 'release',
): Promise<ClaimOutcome | 'aborted'> {
  const outcome = await claims.claim(name, ifLate);
  if (!signal.aborted) return outcome;
  if (outcome === 'granted') await claims.release?.(name);
  return 'aborted';
}

/** A run that another process has claimed, or that was due before this one started. */
export interface ClaimableRun {
  readonly claimName: string;
  readonly scheduledAt: Instant;
  /** When its entry runs next. */
  readonly nextAt: Instant;
  /** Called once where the run is granted to this process. */
  readonly onGranted: () => void;
}

/** Creates a function that claims a run every minute, from now on, until it is granted or too late: a process that ends gives its runs back. */
export function createTakeOver({ clock, claims, signal }: TakeOverOptions): (run: ClaimableRun) => void {
  if (!claims.release) return () => undefined;
  const attempt = async (run: ClaimableRun): Promise<void> => {
    const { claimName, scheduledAt, nextAt, onGranted } = run;
    if (signal.aborted || clock.now() >= Math.min(scheduledAt + TAKE_OVER_MS, nextAt)) return;
    const outcome = await claimRun({ claims, signal }, claimName, 'release');
    if (outcome === 'granted') onGranted();
    else if (outcome !== 'aborted') {
      const onAbort = (): void => {
        cancel();
      };
      const cancel = clock.setTimer(MINUTE, () => {
        signal.removeEventListener('abort', onAbort);
        void attempt(run);
      });
      signal.addEventListener('abort', onAbort, { once: true });
    }
  };
  return (run) => void attempt(run);
}
