import type { ProcessEventMap } from 'node:process';
import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, expect } from '@jest/globals';

// Jest gives tests a copy of `process` that emits no such events, and ignores rejections that are handled late.
const realProcess = runInThisContext('process') as typeof process;

/** Lets a test go on when the code beside which it runs ours leaves rejected promises without a handler. */
export function ignoreUnhandledRejections(): void {
  let listeners: readonly ((...args: ProcessEventMap['unhandledRejection']) => void)[] = [];
  beforeEach(() => {
    // Jest's own listener fails the test.
    listeners = realProcess.listeners('unhandledRejection');
    realProcess.removeAllListeners('unhandledRejection').on('unhandledRejection', () => undefined);
  });
  afterEach(async () => {
    await reportsOfRejections();
    realProcess.removeAllListeners('unhandledRejection');
    for (const listener of listeners) realProcess.on('unhandledRejection', listener);
  });
}

/** Node reports them after all pending microtasks and immediates have run. */
async function reportsOfRejections(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Fails a test that leaves a rejected promise without a handler, even for a moment: that would end a process. */
export function failOnUnhandledRejection(): void {
  const unhandled: unknown[] = [];
  const recordRejection = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => void realProcess.on('unhandledRejection', recordRejection));
  afterEach(async () => {
    await reportsOfRejections();
    realProcess.off('unhandledRejection', recordRejection);
    expect(unhandled.splice(0)).toEqual([]);
  });
}
