import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { findConditionalSubscription } from './conditional-subscription.ts';

test.each<[boolean, string]>([
  [true, 'subscription ($x: Boolean!) { a @include(if: $x) }'],
  [true, 'subscription { a @skip(if: true) b }'],
  [true, 'subscription { ... @include(if: true) { a } }'],
  [
    true,
    'query Q { a } subscription S { ...F } fragment F on Subscription { ...G } fragment G on Subscription { a @skip(if: true) }',
  ],
  [false, 'subscription ($x: Boolean!) { a { b @include(if: $x) } }'],
  [false, 'subscription { ...F } fragment F on Subscription { ...F ...Missing a }'],
  [false, 'query ($x: Boolean!) { a @include(if: $x) }'],
])('finds a condition of the field of a subscription: %j, %s', (expected, text) => {
  const error = findConditionalSubscription(parse(text));
  expect(error !== null).toBe(expected);
  if (error) expect(error.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } });
});
