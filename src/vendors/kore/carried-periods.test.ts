import { expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { passthroughCache } from '../../../test/support/vendor-harness.ts';
import { VendorError } from '../../domain/vendor-error.ts';
import type { CellResult } from './agent-records.ts';
import { addCarriedPeriods } from './carried-periods.ts';
import type { StoredPeriod } from './map.ts';

const NOW = Date.parse('2024-05-15T12:00:00Z');
const MIDNIGHT = Date.parse('2024-05-15T00:00:00Z');
const before: StoredPeriod = [MIDNIGHT - 9000, MIDNIGHT - 5000, false, 'AWAY', null];
const across: StoredPeriod = [MIDNIGHT - 5000, MIDNIGHT + 600_000, false, 'AVAILABLE', null];
const ongoing: StoredPeriod = [MIDNIGHT + 600_000, null, true, 'BUSY', null];

function cellOf(...periods: StoredPeriod[]): CellResult {
  return { agent: 'jane', day: '2024-05-15', cell: { value: { periods, gap: null }, ttlSeconds: 15 } };
}

async function add(result: CellResult, firstDay = '2024-05-15', known: readonly StoredPeriod[] = [before, across]) {
  const cache = {
    ...passthroughCache(manualClock(NOW)),
    peek: () => Promise.resolve([{ value: { periods: known, gap: null } }] as never),
  };
  const [added] = await addCarriedPeriods(cache, [result], { firstDay }, NOW);
  return added?.cell instanceof VendorError ? added.cell : added?.cell.value.periods;
}

test('adds what yesterday’s cell knows of today to a request for today alone', async () => {
  expect(await add(cellOf(ongoing))).toEqual([across, ongoing]);
  expect(await add(cellOf(across, ongoing))).toEqual([across, ongoing]);
  expect(await add(cellOf(ongoing), '2024-05-14')).toEqual([ongoing]);
  expect(await add(cellOf(ongoing), '2024-05-15', [before])).toEqual([ongoing]);
});

test('leaves an error as it is', async () => {
  const error = new VendorError({ vendor: 'KORE', account: 'k', endpoint: 'e' }, 'VENDOR_UNAVAILABLE', 'no');
  expect(await add({ agent: 'jane', day: '2024-05-15', cell: error })).toBe(error);
});
