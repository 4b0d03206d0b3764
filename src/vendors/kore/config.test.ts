import { expect, test } from '@jest/globals';
import { KORE_ENTRY } from '../../../test/support/kore/account.ts';
import { config } from './config.ts';

function problemsOf(change: object) {
  return config.safeParse({ ...KORE_ENTRY, ...change }).error?.issues.map(({ path }) => path) ?? [];
}

test.each([
  { accountId: '63f07d26f04465685df40000' },
  { accountId: 'a' },
  { accountId: '6.b_c-D' },
  { streamId: 'st-e19dd469-90f5-5655-b0b2-858de9010000' },
  { streamId: '!~' },
  { discoverHours: 1 },
  { discoverHours: 744 },
  { maxDaysPerCall: 1 },
  { maxDaysPerCall: 366 },
  { apiVersion: 1 },
  { apiVersion: 3 },
])('accepts %j', (entry) => {
  expect(problemsOf(entry)).toEqual([]);
});

// The account's id becomes a path segment, the stream's a header.
test.each([
  ['accountId', ['', '..', '../other', '-a', 'a/b', 'a b', 'a?b', 'a%2fb', 'a\n', 'é']],
  ['streamId', ['', ' ', 'st 1', ' st-1', 'st-1 ', 'st-1\r\nx: y', 'st-é']],
  ['discoverHours', [0, 745, 1.5]],
  ['maxDaysPerCall', [0, 367, 1.5]],
  ['apiVersion', [0, 2, 4, '1']],
])('rejects %s with each value of %j', (key, values) => {
  expect(values.filter((value) => problemsOf({ [key]: value }).length === 0)).toEqual([]);
  expect(problemsOf({ [key]: values[0] })).toEqual([[key]]);
});
