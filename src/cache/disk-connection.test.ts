import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { controlledThread, recordingObserver, setUpDiskFolder } from '../../test/support/disk-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import { createDiskConnection } from './disk-connection.ts';
import { createSteadyClock } from './steady-clock.ts';

const newPath = setUpDiskFolder();
const READ = { keys: ['a'], maxBytes: 10 };

function connect() {
  const path = newPath();
  const { thread, failures, requests } = controlledThread();
  const observer = recordingObserver();
  const clock = createSteadyClock(manualClock());
  const connection = createDiskConnection({ path, maxBytes: 16_777_216, clock, observer, thread });
  return { ...connection, path, failures, requests, reports: observer.reports };
}

test('opens the file, and reports how full it is', async () => {
  const { tryRequest, use, isUsable, requests } = connect();
  expect(await tryRequest('read', READ)).toMatchObject({ entries: [undefined] });
  expect([isUsable(), use().bytes > 0, requests]).toEqual([true, true, ['open', 'read']]);
});

test('replaces a damaged file once, however many operations find the damage', async () => {
  const { tryRequest, failures, requests, reports, path } = connect();
  await flushPromises();
  failures.set('read', 'damaged');
  expect(await Promise.all([tryRequest('read', READ, 1), tryRequest('read', READ, 2)])).toEqual([undefined, undefined]);
  await flushPromises();
  expect(requests).toEqual(['open', 'read', 'read', 'open']);
  expect(reports).toEqual(['read damaged 1', 'read damaged 2', `moved to ${path}.damaged`]);
  failures.clear();
  expect(await tryRequest('read', READ)).toMatchObject({ entries: [undefined] });
});

test('goes on after a full disk and a file that is busy', async () => {
  const { tryRequest, failures, isUsable, reports } = connect();
  for (const reason of ['full', 'busy', 'io'] as const) {
    failures.set('write', reason);
    expect(await tryRequest('write', { rows: [], now: 0 })).toBeUndefined();
  }
  expect([isUsable(), reports]).toEqual([true, ['write full 1', 'write busy 1', 'write io 1']]);
});

test('opens a file again that could not be opened, when it is tidied', async () => {
  const { tidy, tryRequest, failures, isUsable, requests } = connect();
  failures.set('read', 'other');
  await tryRequest('read', READ);
  expect([isUsable(), await tryRequest('read', READ)]).toEqual([false, undefined]);
  failures.set('open', 'full');
  await tidy();
  expect(isUsable()).toBe(false);
  failures.clear();
  await tidy();
  expect(isUsable()).toBe(true);
  expect(requests).toEqual(['open', 'read', 'open', 'open']);
});

test('sends nothing after it is stopped', async () => {
  const { tryRequest, stop, requests } = connect();
  await stop();
  expect(await tryRequest('read', READ)).toBeUndefined();
  expect(requests).toEqual(['open']);
});
