import { expect, test } from '@jest/globals';
import { createWebSocketLimits } from './web-socket-limits.ts';

function open(limits: ReturnType<typeof createWebSocketLimits<number>>, connection: number, caller: string) {
  limits.add(connection);
  return limits.identify(connection, caller, caller);
}

test('closes the oldest connection that has not identified itself, and none that has', () => {
  const limits = createWebSocketLimits<number>(() => ({ total: 10, perCaller: 10 }));
  expect(open(limits, 0, 'jane')).toBe(true);
  for (let connection = 1; connection <= 100; connection += 1) expect(limits.add(connection)).toBeNull();
  limits.remove(1);
  expect(limits.add(101)).toBeNull();
  expect(limits.add(102)).toBe(2);
  expect(limits.identify(2, 'jane', 'jane')).toBe(false);
  expect(limits.hasRoom()).toBe(true);
});

test('limits the connections of all callers, and of each', () => {
  const limits = createWebSocketLimits<number>(() => ({ total: 3, perCaller: 2 }));
  expect([1, 2, 3].map((connection) => open(limits, connection, 'jane'))).toEqual([true, true, false]);
  expect(open(limits, 4, 'tom')).toBe(true);
  expect([limits.hasRoom(), open(limits, 5, 'ann')]).toEqual([false, false]);
  limits.remove(1);
  limits.remove(1);
  expect([limits.hasRoom(), open(limits, 6, 'jane'), open(limits, 7, 'jane')]).toEqual([true, true, false]);
});
