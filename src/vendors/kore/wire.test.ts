import { expect, test } from '@jest/globals';
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

test.each([
  ['true', true],
  ['False', false],
  ['yes', undefined],
  [1, undefined],
])('parses hasMore %j as %j', (hasMore, expected) => {
  expect(detailsPageSchema.parse({ hasMore, data: [] }).hasMore).toBe(expected);
});
