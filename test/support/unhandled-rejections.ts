import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, expect } from '@jest/globals';

/** Fails a test that leaves a rejected promise without a handler, even for a moment: that would end a process. */
export function failOnUnhandledRejection(): void {
  // Jest gives tests a copy of `process` that emits no such events, and ignores rejections that are handled late.
  const realProcess = runInThisContext('process') as typeof process;
  const unhandled: unknown[] = [];
  const recordRejection = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => void realProcess.on('unhandledRejection', recordRejection));
  afterEach(async () => {
    // Node reports them after all pending microtasks and immediates have run.
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
    realProcess.off('unhandledRejection', recordRejection);
    expect(unhandled.splice(0)).toEqual([]);
  });
}
