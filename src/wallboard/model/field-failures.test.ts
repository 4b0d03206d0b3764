import { expect, test } from '@jest/globals';
import { findFieldFailures } from './field-failures.ts';

test('finds the person, the field and the account of each failure', () => {
  const extensions = { code: 'VENDOR_TIMEOUT', account: 'vcc' };
  const failures = findFieldFailures([
    { message: 'late', path: ['agents', 'nodes', 2, 'latestInteractions'], extensions },
    { message: 'late', path: ['agents', 'nodes', 2, 'presence'] },
    { message: 'late', path: ['agents', 'nodes'], extensions },
    { message: 'late' },
  ]);
  expect([...failures]).toEqual([
    [
      2,
      [
        { field: 'latestInteractions', trouble: { account: 'vcc', outcome: 'FAILED', reason: 'VENDOR_TIMEOUT' } },
        { field: 'presence', trouble: null },
      ],
    ],
  ]);
});
