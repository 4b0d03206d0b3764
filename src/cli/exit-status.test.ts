import { expect, test } from '@jest/globals';
import { CommandError, UsageError } from './exit-status.ts';

test('an error of a command has the exit status 1 unless it names another; one of its arguments has 2', () => {
  expect(new CommandError('a').exitStatus).toBe(1);
  expect(new CommandError('a', 3).exitStatus).toBe(3);
  expect(new UsageError('a').exitStatus).toBe(2);
});
