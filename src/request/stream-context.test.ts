import { expect, test } from '@jest/globals';
import { reportsChanges } from './stream-context.ts';

test.each([
  ['statusChanges', true],
  ['agents', false],
  ['agent', false],
])('%s reports changes: %s', (name, expected) => {
  expect(reportsChanges({ name, args: {} })).toBe(expected);
});
