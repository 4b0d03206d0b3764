import { expect, test } from '@jest/globals';
import { connectToPrimary } from './cluster.ts';

// What else is here needs processes: start-workers.test.ts.
test('a process that no primary has started has no link to one', () => {
  expect(connectToPrimary()).toBeNull();
});
