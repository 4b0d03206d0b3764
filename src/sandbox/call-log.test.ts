import { expect, test } from '@jest/globals';
import { createCallLog } from './call-log.ts';

test('lists calls oldest first, with a status once the response is recorded', () => {
  const log = createCallLog();
  const recordStatus = log.record('GET', '/a', 1);
  log.record('POST', '/b?c=d', 2);
  recordStatus(200);
  expect(log.list()).toEqual([
    { method: 'GET', path: '/a', status: 200, at: 1 },
    { method: 'POST', path: '/b?c=d', status: null, at: 2 },
  ]);
});

test('ignores the response to a call that was cleared', () => {
  const log = createCallLog();
  const recordStatus = log.record('GET', '/a', 1);
  log.clear();
  recordStatus(200);
  expect(log.list()).toEqual([]);
});

test('keeps only the latest 100,000 calls', () => {
  const log = createCallLog();
  for (let at = 0; at < 100_002; at += 1) log.record('GET', '/', at);
  expect([log.list().length, log.list()[0]?.at]).toEqual([100_000, 2]);
});
