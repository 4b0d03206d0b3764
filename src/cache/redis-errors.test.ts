import { expect, test } from '@jest/globals';
import { classifyRedisError } from './redis-errors.ts';

test.each<[unknown, string]>([
  [new Error('LOADING Redis is loading the dataset in memory'), 'loading'],
  [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'noauth'],
  [new Error("NOPERM this user has no permissions to run the 'mget' command"), 'noauth'],
  [new Error('the server said: LOADING Redis'), 'other'],
  [new Error('LOADING'), 'other'],
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'connection'],
  ['something', 'other'],
  [null, 'other'],
  [undefined, 'other'],
  [{}, 'other'],
])('classifies %s as %s', (error, reason) => {
  expect(classifyRedisError(error)).toBe(reason);
});
