import { expect, test } from '@jest/globals';
import { retryDelayMs } from './backoff.ts';
import { RequestError } from './request-error.ts';

const failure = new RequestError('unreachable', 'NETWORK_ERROR', { status: null });

test('doubles the time up to half a minute, with full jitter', () => {
  const longest = [1, 2, 3, 7, 30].map((failures) => retryDelayMs(failure, failures, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 30_000, 30_000]);
  expect(retryDelayMs(failure, 5, () => 0)).toBe(0);
});

test('never returns before the time that the gateway names', () => {
  const refusal = new RequestError('overloaded', 'OVERLOADED', { status: 503, retryAfterSeconds: 4 });
  expect(retryDelayMs(refusal, 9, () => 0)).toBe(4000);
  expect(retryDelayMs(refusal, 9, () => 1)).toBe(4500);
});
