import { expect, test } from '@jest/globals';
import type { AccountState } from '../../domain/account.ts';
import { createMetrics } from '../metrics.ts';

test('exports the state of accounts as of the moment when /metrics is read, without those never called', async () => {
  const metrics = createMetrics();
  const states: Record<string, AccountState> = { a: 'OK', b: 'DEGRADED', c: 'DOWN', d: 'UNKNOWN' };
  metrics.watchAccounts(Object.keys(states), (name) => states[name] ?? 'UNKNOWN');
  const lines = async () => (await metrics.text()).match(/^switchboard_account_state.*/gm);
  const line = (name: string, value: number) => `switchboard_account_state{account="${name}"} ${value}`;
  expect(await lines()).toEqual([line('a', 0), line('b', 1), line('c', 2)]);
  Object.assign(states, { a: 'DOWN', c: 'OK' });
  expect(await lines()).toEqual([line('a', 2), line('b', 1), line('c', 0)]);
});
