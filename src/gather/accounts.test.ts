import { expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { vendorError, withJane } from '../../test/support/gather-harness.ts';
import { accounts } from './accounts.ts';
import { presence } from './presence.ts';

test('returns the accounts once the reads of the query have ended, with whatever success', async () => {
  const answer = Promise.withResolvers<never>();
  const { context, jane, health } = withJane({ currentStatus: () => answer.promise });
  let names: readonly string[] | undefined;
  const listing = accounts(context).then((list) => (names = list.map(({ name }) => name)));
  const read = presence(context, jane);
  await flushPromises();
  expect(names).toBeUndefined();
  answer.reject(vendorError('first', 'VENDOR_UNAVAILABLE'));
  await rejectionOf(read);
  await listing;
  expect(names).toEqual(['first', 'second', 'mute']);
  expect(health.get('first').state).toBe('DOWN');
});
