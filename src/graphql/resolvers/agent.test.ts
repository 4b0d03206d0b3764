import { expect, test } from '@jest/globals';
import { graphql } from 'graphql';
import { directoryEntry } from '../../../test/support/directory-fixtures.ts';
import { createFakeServices, freshResult } from '../../../test/support/gather-harness.ts';
import { PERIOD, schema, sources } from '../../../test/support/schema-harness.ts';
import type { AccountDataSource } from '../../vendors/vendor.ts';

test('reads each field of an agent once per arguments, wherever the agent occurs in the response', async () => {
  let calls = 0;
  const counting: AccountDataSource = {
    ...sources,
    currentStatus: () => {
      calls += 1;
      return Promise.resolve(freshResult('v', PERIOD));
    },
    statusPeriods: () => {
      calls += 1;
      return Promise.resolve(freshResult('v', [PERIOD, { ...PERIOD, start: PERIOD.start + 1 }]));
    },
  };
  const entries = [directoryEntry('jane', { name: 'Jane', accounts: { v: 'jane' } })];
  const context = createFakeServices(entries, [{ name: 'v', vendor: 'KORE', sources: counting }]).createContext();
  const source = `query ($day: TimeRange!, $other: TimeRange!) { agents { nodes {
    a: statusPeriods(during: $day) { nodes { agent { currentStatus { status } b: statusPeriods(during: $day) { totalCount } } } }
    c: statusPeriods(during: $other) { nodes { agent { currentStatus { status } } } }
    d: statusPeriods(during: $day, first: 1) { totalCount }
    currentStatus { agent { currentStatus { status } } } } } }`;
  const range = (to: string) => ({ from: '2026-11-19T00:00:00Z', to });
  const variableValues = { day: range('2026-11-20T00:00:00Z'), other: range('2026-11-20T06:00:00Z') };
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue: context });
  expect(errors).toBeUndefined();
  const inner = { currentStatus: { status: 'AVAILABLE' } };
  const both = { agent: { ...inner, b: { totalCount: 2 } } };
  expect(data).toMatchObject({
    agents: {
      nodes: [
        {
          a: { nodes: [both, both] },
          c: { nodes: [{ agent: inner }, { agent: inner }] },
          d: { totalCount: 2 },
          currentStatus: { agent: inner },
        },
      ],
    },
  });
  // One for the status, and one each for the periods of two ranges and of a shorter page.
  expect(calls).toBe(4);
});
