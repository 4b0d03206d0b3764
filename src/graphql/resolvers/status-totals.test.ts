import { expect, test } from '@jest/globals';
import { NOW } from '../../../test/support/gather-harness.ts';
import { runQuery } from '../../../test/support/schema-harness.ts';
import { HOUR, MINUTE } from '../../domain/time.ts';

function text(at: number): string {
  return new Date(at).toISOString();
}

test('StatusTotals has its totals, its completeness and its sources', async () => {
  const query = `query ($during: TimeRange!) {
    agentByKey(key: "jane") {
      statusTotals(during: $during, interval: HALF_HOUR, timeZone: null) {
        complete
        sources { outcome }
        nodes { account { name } status seconds periods from to complete }
      }
    }
  }`;
  const during = { from: text(NOW - HOUR), to: text(NOW + HOUR) };
  expect(await runQuery(query, { during })).toEqual({
    data: {
      agentByKey: {
        statusTotals: {
          complete: true,
          sources: [{ outcome: 'OK' }],
          nodes: [
            {
              ...{ account: { name: 'v' }, status: 'AVAILABLE', seconds: 1, periods: 1, complete: true },
              ...{ from: text(NOW), to: text(NOW + 30 * MINUTE) },
            },
          ],
        },
      },
    },
  });
});

test('StatusTotals is null with an error for an unknown zone', async () => {
  const query =
    '{ agentByKey(key: "jane") { statusTotals(during: { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z" }, timeZone: "Mars/Base") { complete } } }';
  const { errors } = await runQuery(query);
  expect(errors?.[0]?.message).toContain('Mars/Base');
});
