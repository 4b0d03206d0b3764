import { expect, test } from '@jest/globals';
import { GROUP_ORDER, STATUS_NAMES, STATUSES } from './status-order.ts';

test('tiles, groups and names know the same statuses', () => {
  expect(GROUP_ORDER.toSorted()).toEqual(STATUSES.toSorted());
  expect(Object.keys(STATUS_NAMES).toSorted()).toEqual(STATUSES.toSorted());
});
