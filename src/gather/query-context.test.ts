import { expect, test } from '@jest/globals';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { createFakeServices, freshResult } from '../../test/support/gather-harness.ts';

test('memoizeByFilter computes once for each view and filter, and again in another query', () => {
  const services = createFakeServices([directoryEntry('a')], [{ name: 'vcc', vendor: 'VONAGE', sources: {} }]);
  const context = services.createContext();
  const { configured } = context.configuredDirectory();
  const other = { ...configured };
  const filter = { emails: [] };
  let computed = 0;
  const count = () => {
    computed += 1;
    return computed === 1 ? undefined : computed;
  };
  expect(context.memoizeByFilter(configured, filter, count)).toBeUndefined();
  expect(context.memoizeByFilter(configured, filter, count)).toBeUndefined();
  expect(context.memoizeByFilter(other, filter, count)).toBe(2);
  expect(context.memoizeByFilter(configured, { ...filter }, count)).toBe(3);
  expect(context.memoizeByFilter(configured, filter, count)).toBeUndefined();
  expect(services.createContext().memoizeByFilter(configured, filter, count)).toBe(4);
});

test('configuredDirectory is computed once for a query', () => {
  const context = createFakeServices(
    [directoryEntry('a')],
    [
      { name: 'kore', vendor: 'KORE', sources: { discover: () => Promise.reject(new Error('not called')) } },
      { name: 'vcc', vendor: 'VONAGE', sources: {} },
    ],
  ).createContext((name) => name !== 'vcc');
  expect(context.configuredDirectory()).toBe(context.configuredDirectory());
  expect([...context.configuredDirectory().discoverableAccounts]).toEqual(['kore']);
});

test.each([
  ['OK', 'lasting'],
  ['PARTIAL', 'lasting'],
  ['UNSUPPORTED', 'lasting'],
  ['STALE', 'shared'],
  ['FAILED', 'shared'],
] as const)('a source that is %s, also of a discovery, makes the response %s', async (outcome, reuse) => {
  const discover = () => Promise.resolve(freshResult('kore', [], { outcome }));
  const services = createFakeServices([], [{ name: 'kore', vendor: 'KORE', sources: { discover } }]);
  const reading = services.createContext();
  for (const report of freshResult('kore', [], { outcome }).sources) reading.recordReport(report, 'jane');
  expect(reading.reuse.get()).toBe(reuse);
  const discovering = services.createContext();
  await discovering.allAgents();
  expect(discovering.reuse.get()).toBe(reuse);
});
