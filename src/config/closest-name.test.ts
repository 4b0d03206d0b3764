import { expect, test } from '@jest/globals';
import { findClosestName } from './closest-name.ts';

test.each([
  ['a misspelling', 'sport-de', 'support-de'],
  ['another convention', 'Support_DE', 'support-de'],
  ['two letters in each other’s place', 'from', 'form'],
  ['a name of another meaning', 'billing', null],
  ['nothing', '', null],
])('finds the name that is meant by %s', (_, name, expected) => {
  expect(findClosestName(name, ['form', 'sales', 'support-de', 'support-fr'])).toBe(expected);
});
