import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createWorker, KORE_ENTRY } from '../../../test/support/kore/account.ts';
import { connectVendor, jsonReply } from '../../../test/support/vendor-harness.ts';
import { kore } from './index.ts';
import { detailsPageSchema } from './wire.ts';

test('drops fields that are not read, at any depth, so that pages do not hold them in memory', () => {
  const status = { primaryStatus: 'BUSY', secondaryStatus: 'NBK', startTime: '2024-05-14T09:00:00', endTime: '-' };
  const agent = { userId: 'u-1', firstName: 'Jane', lastName: 'Doe', email: 'jane@example.com' };
  const page = { hasMore: true, limit: 50 };
  const unreadFields = { customId: '123456', events: [{ ip: '192.0.2.1' }] };
  expect(
    detailsPageSchema.parse({
      ...page,
      ...unreadFields,
      data: [{ ...agent, ...unreadFields, status: [{ ...status, ...unreadFields }] }],
    }),
  ).toEqual({ ...page, data: [{ ...agent, status: [status] }] });
});

test('parses a status record as it does next to a flawed one', () => {
  const value = fc.constantFrom('BUSY', '2024-05-14T09:00:00', '-', '', null, 7, {});
  const field = fc.oneof({ weight: 9, arbitrary: fc.constant('BUSY') }, { weight: 1, arbitrary: value });
  const record = fc.record(
    { primaryStatus: field, secondaryStatus: field, startTime: field, endTime: field, duration: field },
    { requiredKeys: ['primaryStatus', 'startTime'] },
  );
  const element = fc.oneof({ weight: 9, arbitrary: record }, { weight: 1, arbitrary: value });
  const parseList = (status: readonly unknown[]) =>
    detailsPageSchema.parse({ data: [{ userId: 'u-1', status }] }).data[0]?.status;
  fc.assert(
    fc.property(fc.array(element, { maxLength: 5 }), (list) => {
      expect(parseList([...list, null])).toEqual([...(parseList(list) ?? []), null]);
    }),
  );
});

test.each([
  ['true', true],
  ['False', false],
  [0, false],
  [1, true],
  [null, null],
  ['', undefined],
  // Whatever it means, there may be more.
  ['yes', true],
  [{}, true],
])('parses hasMore %j as %j', (hasMore, expected) => {
  expect(detailsPageSchema.parse({ hasMore, data: [] }).hasMore).toBe(expected);
});

test.each([
  ['reads the agents of a page after one whose hasMore is not understood', false, 'OK'],
  ['reports that pages may be missing where hasMore is never understood', 'maybe', 'PARTIAL'],
])('%s', async (_what, lastFlag, outcome) => {
  const workers = [createWorker(1), createWorker(2)];
  const harness = connectVendor(
    kore,
    KORE_ENTRY,
    ({ url }) => {
      const offset = Number(url.searchParams.get('offset'));
      return jsonReply({ hasMore: offset === 0 ? 'maybe' : lastFlag, data: workers.slice(offset, offset + 1) });
    },
    { now: Date.parse('2024-05-15T12:00:00Z') },
  );
  const during = { from: Date.parse('2024-05-14T00:00:00Z'), to: Date.parse('2024-05-15T00:00:00Z') };
  const result = await harness.createDataSource().statusPeriods?.('u-2', during);
  expect(result).toMatchObject({ data: [{ vendorStatus: 'AVAILABLE' }], sources: [{ outcome }] });
});
