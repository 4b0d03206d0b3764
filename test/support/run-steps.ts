/** Runs work that is done in steps to its end; returns the result. */
export function runSteps<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}
