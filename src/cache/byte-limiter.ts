/** Work of a known size that has been started. */
export interface SizedWork {
  readonly bytes: number;
  readonly done: Promise<unknown>;
}

/**
 * Starts work in order, and only while less than `maxBytes` are on their way: work learns its size when it starts, so one
 * piece may exceed the bound. The returned function resolves when the work is done, and rejects as it does.
 */
export function createByteLimiter(maxBytes: number): (start: () => SizedWork) => Promise<void> {
  const queue = new Set<() => void>();
  let bytesInFlight = 0;

  function startNext(): void {
    for (const startQueued of queue) {
      if (bytesInFlight >= maxBytes) return;
      queue.delete(startQueued);
      startQueued();
    }
  }

  return (start) =>
    new Promise((resolve, reject) => {
      queue.add(() => {
        const { bytes, done } = start();
        bytesInFlight += bytes;
        done
          .finally(() => {
            bytesInFlight -= bytes;
            startNext();
          })
          .then(() => {
            resolve();
          }, reject);
      });
      startNext();
    });
}
