import { expect, test } from '@jest/globals';
import { rejectionOf } from '../../test/support/capture-error.ts';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { createFakeServices, freshResult, NOW, period, vendorError } from '../../test/support/gather-harness.ts';
import type { TimeRange } from '../domain/time.ts';
import { recentStatuses } from './recent-statuses.ts';

function setUp() {
  const asked: [string, TimeRange][] = [];
  const current = () => Promise.resolve(freshResult('live', null));
  const services = createFakeServices(
    ['jane', 'tom', 'partial'].map((key) => directoryEntry(key, { accounts: { live: key, late: key } })),
    [
      {
        name: 'live',
        vendor: 'KORE',
        sources: {
          currentStatus: current,
          statusPeriods: (ref, during) => {
            asked.push([ref, during]);
            if (ref === 'tom') return Promise.reject(vendorError('live', 'VENDOR_TIMEOUT'));
            const gap = { outcome: 'PARTIAL', error: vendorError('live', 'VENDOR_BAD_RESPONSE') } as const;
            return Promise.resolve(freshResult('live', [period('live', NOW - 5)], ref === 'partial' ? gap : {}));
          },
        },
      },
      {
        name: 'late',
        vendor: 'LIVEPERSON',
        sources: { statusPeriods: () => Promise.reject(new Error('never asked')) },
      },
    ],
  );
  return { asked, services };
}

test('reads the accounts that can tell the current status, up to now, and reports those that fail or miss something', async () => {
  const { asked, services } = setUp();
  const readings = await recentStatuses(services.createContext(), {}, () => NOW - 1000);
  expect(readings.map(({ agent, account, periods }) => [agent.key, account, periods?.length ?? null])).toEqual([
    ['jane', 'live', 1],
    ['tom', 'live', null],
    ['partial', 'live', null],
  ]);
  expect(asked[0]).toEqual(['jane', { from: NOW - 1000, to: NOW + 1 }]);
});

test('reads only agents that match, and rejects a filter that is not valid', async () => {
  const { asked, services } = setUp();
  await recentStatuses(services.createContext(), { refs: [{ account: 'live', ref: 'jane' }] }, () => NOW);
  expect(asked.map(([ref]) => ref)).toEqual(['jane']);
  const invalid = recentStatuses(services.createContext(), { account: 'nowhere' }, () => NOW);
  expect(await rejectionOf(invalid)).toMatchObject({ argument: 'filter.account' });
});
