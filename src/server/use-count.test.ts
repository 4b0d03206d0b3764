import { expect, test } from '@jest/globals';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createUseCount } from './use-count.ts';

test('resolves at once where nothing is in use', async () => {
  await expect(createUseCount().whenUnused()).resolves.toBeUndefined();
});

test('resolves when the last use has ended', async () => {
  const uses = createUseCount();
  uses.begin();
  uses.begin();
  let isUnused = false;
  void uses.whenUnused().then(() => (isUnused = true));
  uses.end();
  await flushPromises();
  expect(isUnused).toBe(false);
  uses.end();
  await flushPromises();
  expect(isUnused).toBe(true);
});
