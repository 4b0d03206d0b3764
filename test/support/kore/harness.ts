import { kore } from '../../../src/vendors/kore/index.ts';
import { connectVendor } from '../vendor-harness.ts';
import { type FakeAgent, fakeKore, type FakeKoreOptions, KORE_ENTRY } from './account.ts';

/** The data source of one query, on a Wednesday noon unless another time is given, of an account with these agents. */
export function connectKore(
  people: readonly FakeAgent[],
  habits?: FakeKoreOptions,
  entry: object = {},
  now = Date.parse('2024-05-15T12:00:00Z'),
) {
  const harness = connectVendor(kore, { ...KORE_ENTRY, ...entry }, fakeKore(people, habits), { now });
  const { statusPeriods, currentStatus, discover } = harness.createDataSource();
  if (!statusPeriods || !currentStatus || !discover) throw new Error('Kore must provide all three capabilities');
  return { ...harness, statusPeriods, currentStatus, discover };
}
