import { expect, test } from '@jest/globals';
import { SubscriptionLimitError, TurnRefusedError } from './live-errors.ts';

test('names the limit and its value', () => {
  expect(new SubscriptionLimitError('subscriptions', 7).message).toBe('Too many subscriptions; the limit is 7.');
  expect(new SubscriptionLimitError('caller_subscriptions', 3).message).toBe(
    'Too many subscriptions; the limit per caller is 3.',
  );
});

test('keeps the refusal and the time after which to ask again', () => {
  const cause = new Error('overloaded');
  expect(new TurnRefusedError(2000, cause)).toMatchObject({ message: 'overloaded', retryAfterMs: 2000, cause });
});
