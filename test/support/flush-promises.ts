/** Runs all pending microtasks and immediates. */
export async function flushPromises(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await new Promise(setImmediate);
}
