import { expect, test } from '@jest/globals';
import { createTextStorage } from '../../test/support/text-storage.ts';
import { createAccessKey } from './access-key.ts';

test('keeps the key for the tab, and forgets an empty one', () => {
  const storage = createTextStorage();
  createAccessKey(storage).set(' my-key \n');
  const key = createAccessKey(storage);
  expect(key.get()).toBe('my-key');
  key.set('');
  expect([key.get(), storage.length]).toEqual(['', 0]);
});

test('takes the value of a header, too', () => {
  const key = createAccessKey(createTextStorage());
  key.set('Bearer abc');
  expect(key.get()).toBe('abc');
});
