import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createByteLimiter } from './byte-limiter.ts';

test('starts work in order, while fewer bytes than the limit are on their way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(50)), fc.scheduler(), async (sizes, scheduler) => {
      const limit = createByteLimiter(30);
      const started: number[] = [];
      let inFlight = 0;
      const all = sizes.map((bytes, index) =>
        limit(() => {
          expect(inFlight).toBeLessThan(30);
          started.push(index);
          inFlight += bytes;
          const done = scheduler.schedule(Promise.resolve()).then(() => {
            inFlight -= bytes;
          });
          return { bytes, done };
        }),
      );
      await scheduler.waitFor(Promise.all(all));
      expect(started).toEqual(sizes.map((_, index) => index));
    }),
  );
});

test('goes on after work that failed', async () => {
  const limit = createByteLimiter(1);
  const failing = limit(() => ({ bytes: 1, done: Promise.reject(new Error('failed')) }));
  const next = limit(() => ({ bytes: 1, done: Promise.resolve() }));
  await expect(failing).rejects.toThrow('failed');
  await expect(next).resolves.toBeUndefined();
});
