import { expect, test } from '@jest/globals';
import { createFaultRegistry, faultSchema } from './faults.ts';

test('takes the first fault that matches method and path, up to its number of times', () => {
  const faults = createFaultRegistry();
  faults.add({ path: 'b', method: 'post', times: 2, status: 500 });
  faults.add({ status: 503 });
  const statusOf = (method: string, path: string) => faults.take(method, path)?.status;
  expect([statusOf('GET', '/b'), statusOf('POST', '/a')]).toEqual([503, 503]);
  expect([statusOf('POST', '/a/b'), faults.list()[0]?.times]).toEqual([500, 1]);
  expect([statusOf('POST', '/?b'), statusOf('POST', '/b')]).toEqual([500, 503]);
  faults.clear();
  expect(faults.take('POST', '/b')).toBeUndefined();
});

test.each([{}, { path: '/a', times: 1 }, { times: 0, status: 500 }, { kind: 'slow' }, { status: 500, pth: '/a' }])(
  'rejects the invalid fault %j',
  (fault) => {
    expect(faultSchema.safeParse(fault).success).toBe(false);
  },
);
