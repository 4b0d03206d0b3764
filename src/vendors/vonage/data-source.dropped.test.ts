import { expect, test } from '@jest/globals';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { createFakeVonage, VONAGE_ENTRY } from '../../../test/support/vonage/account.ts';
import { vonage } from './index.ts';

test('reports the interactions that cannot be read, once for each response', async () => {
  const vendor = createFakeVonage();
  const interactions = [{ guid: 'a', start: '2024-05-15T08:00:00Z' }, { guid: 'b', start: 'soon' }, null];
  const harness = connectVendor(vonage, VONAGE_ENTRY, (request) =>
    request.endpoint === 'latestInteractions' ? jsonReply({ interactions }) : vendor.respond(request),
  );
  await harness.createDataSource().latestInteractions?.('01', { size: 1, type: null, activeLiveFirst: null });
  expect(harness.dropped).toEqual([['latestInteractions', 'contract', 2]]);
});
