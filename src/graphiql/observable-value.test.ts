import { expect, test } from '@jest/globals';
import { createObservableValue } from './observable-value.ts';

test('notifies listeners of a new value until they leave', () => {
  const value = createObservableValue(1);
  const seen: number[] = [];
  const leave = value.subscribe(() => seen.push(value.get()));
  value.set(2);
  leave();
  value.set(3);
  expect([seen, value.get()]).toEqual([[2], 3]);
});
