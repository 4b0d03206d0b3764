import { expect, test } from '@jest/globals';
import { VendorError } from '../../domain/vendor-error.ts';
import type { CallContext } from '../../http/types.ts';
import type { AgentRecords } from './agent-records.ts';
import { probe } from './probe.ts';

const context = {} as CallContext;
const now = Date.parse('2026-11-20T09:30:00Z');

function clientReturning(error: VendorError | null) {
  const queries: unknown[] = [];
  const records: AgentRecords = { agents: [], error, absenceError: null };
  const statusDetails = (query: unknown) => Promise.resolve(records).finally(() => queries.push(query));
  return { queries, client: { statusDetails } };
}

test.each([
  ['jane@example.com', 'jane@example.com'],
  ['u-1', 'switchboard@example.invalid'],
  [null, 'switchboard@example.invalid'],
])('asks for the statuses of today, for the reference %s by %s', async (ref, email) => {
  const { client, queries } = clientReturning(null);
  expect(await probe(client, ref, now, context)).toBe(true);
  expect(queries).toEqual([{ agents: [email], firstDay: '2026-11-20', lastDay: '2026-11-20' }]);
});

test('rejects with the vendor’s error', async () => {
  const error = new VendorError({ vendor: 'KORE', account: 'k', endpoint: 'e' }, 'VENDOR_AUTH_FAILED', 'refused');
  await expect(probe(clientReturning(error).client, null, now, context)).rejects.toBe(error);
});
