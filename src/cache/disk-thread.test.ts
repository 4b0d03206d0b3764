import { afterEach, expect, test } from '@jest/globals';
import { finalEntry, setUpDiskFolder } from '../../test/support/disk-harness.ts';
import { createDiskThread, type DiskThread } from './disk-thread.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');
const newPath = setUpDiskFolder();

let thread: DiskThread;
afterEach(() => thread.stop());

test('answers requests in their order, in another thread', async () => {
  thread = createDiskThread();
  const entry = finalEntry({ text: 'ж' }, NOW);
  const replies = await Promise.all([
    thread.request('open', { path: newPath(), maxBytes: 16_777_216, isDamaged: false }),
    thread.request('write', { rows: [{ key: 'a', entry }], now: NOW }),
    thread.request('read', { keys: ['a', 'b'], maxBytes: 10 }),
  ]);
  expect(replies[2]).toMatchObject({ entries: [entry, undefined], damagedEntries: 0 });
});

test('rejects with the reason of a failure', async () => {
  thread = createDiskThread();
  await expect(thread.request('tidy', { now: NOW })).rejects.toMatchObject({ name: 'DiskError', reason: 'other' });
});

test('rejects what is unanswered when the thread ends, and starts another one for the next request', async () => {
  thread = createDiskThread();
  const open = () => thread.request('open', { path: newPath(), maxBytes: 16_777_216, isDamaged: false });
  await open();
  const stopped = thread.stop();
  await expect(thread.request('read', { keys: ['a'], maxBytes: 10 })).rejects.toMatchObject({ reason: 'other' });
  await stopped;
  expect(await open()).toMatchObject({ movedTo: null });
});
