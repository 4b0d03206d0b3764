import { expect, test } from '@jest/globals';
import { InvalidInputError } from './invalid-input-error.ts';

test('an InvalidInputError names the argument and the problem', () => {
  const error = new InvalidInputError('during.from', 'must be before to');
  expect(error).toMatchObject({
    name: 'InvalidInputError',
    argument: 'during.from',
    message: 'during.from: must be before to',
  });
  expect(error).toBeInstanceOf(Error);
});
