import { expect, test } from '@jest/globals';
import { PERIOD, runQuery } from '../../../test/support/schema-harness.ts';

test('StatusCounts has its counts, its completeness and its sources', async () => {
  const fields = 'total counts { status label count longestSince } unknown withoutStatus complete observedAt';
  const query = `{ statusCounts(filter: { teams: ["t"] }) { ${fields} sources { account { name } outcome } } }`;
  expect(await runQuery(query)).toEqual({
    data: {
      statusCounts: {
        ...{ total: 1, unknown: 0, withoutStatus: 0, complete: true },
        counts: [{ status: 'AVAILABLE', label: null, count: 1, longestSince: new Date(PERIOD.start).toISOString() }],
        observedAt: new Date(PERIOD.observedAt).toISOString(),
        sources: [{ account: { name: 'v' }, outcome: 'OK' }],
      },
    },
  });
});
