import { afterEach, beforeEach, expect } from '@jest/globals';
import { runInThisContext } from 'node:vm';

/** No promise may reject with nobody there to hear of it, not even for a while: that ends a process. */
export function failOnUnhandledRejection(): void {
  // Jest gives a test a copy of the process, to which nothing ever happens, and forgives what is heard of late.
  const realProcess = runInThisContext('process') as typeof process;
  const unhandled: unknown[] = [];
  const recordRejection = (reason: unknown) => void unhandled.push(reason);
  beforeEach(() => void realProcess.on('unhandledRejection', recordRejection));
  afterEach(async () => {
    // They are told once whatever waits for nothing but its turn has happened.
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
    realProcess.off('unhandledRejection', recordRejection);
    expect(unhandled.splice(0)).toEqual([]);
  });
}
