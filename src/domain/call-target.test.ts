import { expect, test } from '@jest/globals';
import { toCallTarget } from './call-target.ts';

test('names vendor, account and endpoint of a call', () => {
  expect(toCallTarget({ vendor: 'KORE', name: 'kore-main' }, 'agentstatusdetails')).toEqual({
    vendor: 'KORE',
    account: 'kore-main',
    endpoint: 'agentstatusdetails',
  });
});
