import { expect, test } from '@jest/globals';
import { SubscriptionLimitError, TurnRefusedError } from '../live/live-errors.ts';
import { HttpError } from './http-error.ts';
import { toHttpError } from './live-refusals.ts';

test('converts a refusal to an error of HTTP with a time to retry', () => {
  expect(toHttpError(new SubscriptionLimitError('subscriptions', 1))).toMatchObject({
    status: 503,
    code: 'OVERLOADED',
    headers: { 'retry-after': '10' },
  });
  expect(toHttpError(new SubscriptionLimitError('caller_subscriptions', 1))).toMatchObject({
    status: 429,
    code: 'RATE_LIMITED',
    limit: 'caller_subscriptions',
  });
  const cause = new HttpError(503, 'OVERLOADED', 'later');
  expect(toHttpError(new TurnRefusedError(1000, cause))).toBe(cause);
  const other = new Error('other');
  expect(toHttpError(other)).toBe(other);
});
