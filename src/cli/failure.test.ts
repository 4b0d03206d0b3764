import { expect, test } from '@jest/globals';
import { describeFailure } from './failure.ts';

const refused = new Error('connect ECONNREFUSED 127.0.0.1:1');

test.each([
  ['an error', refused, refused.message],
  [
    'its innermost cause',
    new TypeError('fetch failed', { cause: new Error('x', { cause: refused }) }),
    refused.message,
  ],
  ['the first of several attempts', new AggregateError([refused, new Error('other')]), refused.message],
  ['an error without a message', new DOMException('', 'TimeoutError'), 'TimeoutError'],
  ['any other value', 'text', 'text'],
])('describes %s', (_, error, description) => {
  expect(describeFailure(error)).toBe(description);
});
