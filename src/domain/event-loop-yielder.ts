import type { Clock } from './clock.ts';

/** Shares the event loop between long work and all other work. */
export interface EventLoopYielder {
  /**
   * Waits for a turn of the event loop if this one has lasted long enough. To be called before each step: work that an event resumes
   * joins the turn of that event, which may have other work already.
   */
  readonly yieldIfDue: () => Promise<void>;
}

/** All work with the same yielder holds the event loop for up to this time in one turn, and for the rest of one step. */
const MAX_SLICE_MS = 5;

/** Runs work that is done in steps, with other work between them; returns its result. */
export async function runInSlices<T>(steps: Generator<undefined, T>, { yieldIfDue }: EventLoopYielder): Promise<T> {
  for (;;) {
    await yieldIfDue();
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Runs work that is mostly done in one step: the first one at once, and the others, if any, with other work between them. */
export function runShort<T>(steps: Generator<undefined, T>, yielder: EventLoopYielder): T | Promise<T> {
  const first = steps.next();
  return first.done === true ? first.value : runInSlices(steps, yielder);
}

/** Runs work that is done in steps without other work between them; returns its result. */
export function runAtOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Splits items into groups between which work may yield: a question for every item would cost more than small items do. */
export function* inGroups<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/**
 * Creates a yielder. Work that runs at the same time shares one: eight files with a slice each would hold the loop for eight slices.
 * Of those that wait, one is resumed in a turn, in the order of their calls: resumed together, each would do a step at least.
 */
export function createEventLoopYielder(clock: Clock): EventLoopYielder {
  const waiting: (() => void)[] = [];
  let sliceEndsAt = -Infinity;

  function resumeNext(): void {
    sliceEndsAt = clock.monotonicMs() + MAX_SLICE_MS;
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(resumeNext);
  }

  function nextTurn(): Promise<void> {
    if (waiting.length === 0) setImmediate(resumeNext);
    return new Promise((resolve) => waiting.push(resolve));
  }

  return {
    yieldIfDue: async () => {
      if (clock.monotonicMs() >= sliceEndsAt) await nextTurn();
    },
  };
}
