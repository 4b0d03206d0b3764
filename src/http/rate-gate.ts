import type { Clock } from '../domain/clock.ts';
import { MINUTE, SECOND } from '../domain/time.ts';

/** No vendor's word is taken for longer. */
const LONGEST = 15 * MINUTE;
const FIRST_WITHOUT_HINT = SECOND;
const LONGEST_WITHOUT_HINT = MINUTE;

/** Remembers until when a vendor wants no calls from an account. */
export interface RateGate {
  /** Milliseconds until the account may be called again; 0 when it may. */
  readonly wait: () => number;
  /** The vendor says that there were too many calls, and in how many seconds it will take more; null where it does not say. */
  readonly shut: (seconds: number | null) => void;
  /** The vendor took a call. */
  readonly passed: () => void;
}

/** `onShut` is told for how many milliseconds. */
export function createRateGate(clock: Clock, onShut: (ms: number) => void): RateGate {
  let until = -Infinity;
  let withoutHint = FIRST_WITHOUT_HINT;

  const wait = (): number => Math.max(0, until - clock.elapsed());

  function shutFor(ms: number): void {
    // Calls that were under way together are refused together: none of them shortens what another was told.
    if (ms <= wait()) return;
    until = clock.elapsed() + ms;
    onShut(ms);
  }

  return {
    wait,
    shut(seconds) {
      // "In 0 seconds" is no help: taken at its word, it would be a hot loop.
      if (seconds !== null && seconds > 0) {
        shutFor(Math.min(seconds * SECOND, LONGEST));
      } else if (wait() === 0) {
        shutFor(withoutHint);
        withoutHint = Math.min(withoutHint * 2, LONGEST_WITHOUT_HINT);
      }
    },
    passed() {
      withoutHint = FIRST_WITHOUT_HINT;
    },
  };
}
