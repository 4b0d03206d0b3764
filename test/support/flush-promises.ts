/** Lets everything happen that waits for nothing but its turn. */
export async function flushPromises(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await new Promise(setImmediate);
}
