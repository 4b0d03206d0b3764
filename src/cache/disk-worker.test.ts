import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { setUpDiskFolder } from '../../test/support/disk-harness.ts';

const newPath = setUpDiskFolder();

test('answers messages in a thread', async () => {
  const worker = new Worker(new URL('./disk-worker.ts', import.meta.url));
  worker.postMessage({ id: 1, type: 'open', request: { path: newPath(), maxBytes: 16_777_216, isDamaged: false } });
  expect(await once(worker, 'message')).toEqual([
    { id: 1, result: { movedTo: null, use: expect.objectContaining({ entries: 0 }) } },
  ]);
  worker.postMessage({ id: 2, type: 'close', request: {} });
  expect(await once(worker, 'message')).toEqual([{ id: 2, result: null }]);
  await worker.terminate();
});
