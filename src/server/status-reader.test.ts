import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { settingsShape } from '../config/settings.ts';
import { anonymousCaller } from '../request/caller.ts';
import { createStatusReader } from './status-reader.ts';

test('reads in a request of the caller, and says how long the statuses are current', async () => {
  const clock = manualClock();
  const query = { filter: { kind: 'HUMAN' as const }, since: () => 0 };
  const read = createStatusReader({
    clock,
    limits: settingsShape.limits.parse({}),
    readStatuses: (request, asked) => {
      expect(asked).toBe(query);
      expect(request).toMatchObject({ caller: anonymousCaller, waitsForFresh: true });
      request.restrictCache(clock.now() + 15_000);
      return Promise.resolve([]);
    },
  });
  expect(await read(anonymousCaller, query, new AbortController().signal)).toEqual({
    readings: [],
    validUntilMs: clock.monotonicMs() + 15_000,
    isShareable: true,
  });
  expect(clock.pendingTimers()).toBe(0);
});
