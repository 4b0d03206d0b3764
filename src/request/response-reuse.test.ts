import { expect, test } from '@jest/globals';
import { createReuseLimit, type ResponseReuse } from './response-reuse.ts';

test.each<[readonly ResponseReuse[], ResponseReuse]>([
  [[], 'lasting'],
  [['lasting'], 'lasting'],
  [['shared', 'lasting'], 'shared'],
  [['none', 'shared'], 'none'],
])('of the parts %j the narrowest reuse decides: %s', (parts, expected) => {
  const limit = createReuseLimit();
  parts.forEach(limit.restrict);
  expect(limit.get()).toBe(expected);
});
