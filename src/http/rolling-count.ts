import type { Clock } from '../domain/clock.ts';

/** How many things have happened lately. */
export interface RollingCount {
  readonly add: () => void;
  readonly total: () => number;
  readonly clear: () => void;
}

const SLICES = 10;

/** Counts over the last `spanMs`. They are forgotten a tenth at a time, so that memory does not grow with the traffic. */
export function createRollingCount(spanMs: number, clock: Clock): RollingCount {
  const slices = new Uint32Array(SLICES);
  const sliceNow = (): number => Math.floor(clock.elapsed() / (spanMs / SLICES));
  let current = sliceNow();

  function forgetOld(): void {
    const now = sliceNow();
    for (let slice = Math.max(current + 1, now - SLICES + 1); slice <= now; slice += 1) slices[slice % SLICES] = 0;
    current = now;
  }

  return {
    add() {
      forgetOld();
      slices[current % SLICES] = (slices[current % SLICES] ?? 0) + 1;
    },
    total() {
      forgetOld();
      return slices.reduce((sum, count) => sum + count, 0);
    },
    clear() {
      slices.fill(0);
    },
  };
}
