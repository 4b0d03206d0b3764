import { expect, test } from '@jest/globals';
import { finalEntry } from '../../test/support/disk-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';
import type { DiskRow } from './disk-database.ts';
import { createDiskWriteQueue } from './disk-write-queue.ts';

const LARGE = 'x'.repeat(300_000);

/** A queue whose messages the test answers. */
function setUp(maxQueuedBytes?: number) {
  const messages: (readonly DiskRow[])[] = [];
  const answers: (() => void)[] = [];
  const queue = createDiskWriteQueue((rows) => {
    messages.push(rows);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    answers.push(() => {
      resolve(undefined);
    });
    return promise;
  }, maxQueuedBytes);
  const turn = async () => {
    await new Promise(setImmediate);
    await flushPromises();
  };
  return {
    queue,
    sent: () => messages.map((rows) => rows.map(({ key, entry }) => `${key} ${String(entry.fetchedAt)}`)),
    turn,
    answer: async () => {
      answers.shift()?.();
      await turn();
      await turn();
    },
  };
}

test('sends what one turn adds in one message, and the next message once that is answered', async () => {
  const { queue, sent, turn, answer } = setUp();
  queue.add('a', finalEntry(1, 1));
  queue.add('b', finalEntry(2, 2));
  expect(sent()).toEqual([]);
  await turn();
  queue.add('c', finalEntry(3, 3));
  await turn();
  expect(sent()).toEqual([['a 1', 'b 2']]);
  await answer();
  expect(sent()).toEqual([['a 1', 'b 2'], ['c 3']]);
  const flushed = queue.flush();
  await answer();
  await flushed;
});

test('bounds the bytes of a message', async () => {
  const { queue, sent, turn, answer } = setUp();
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key, finalEntry(LARGE, 1));
  await turn();
  await answer();
  expect(sent()).toEqual([
    ['a 1', 'b 1'],
    ['c 1', 'd 1'],
  ]);
});

test('keeps the youngest entry of a key, and none that is removed', async () => {
  const { queue, sent, turn } = setUp();
  for (const fetchedAt of [1, 3, 2]) expect(queue.add('a', finalEntry(fetchedAt, fetchedAt))).toBe(true);
  queue.add('b', finalEntry(1, 1));
  queue.remove(['b', 'unknown']);
  await turn();
  expect(sent()).toEqual([['a 3']]);
});

test('drops what is more than may wait, until some of it is sent', async () => {
  const { queue, turn, answer } = setUp(700_000);
  const add = (key: string) => queue.add(key, finalEntry(LARGE, 1));
  expect(['a', 'b', 'c', 'a'].map(add)).toEqual([true, true, false, true]);
  await turn();
  expect(['c', 'd', 'e'].map(add)).toEqual([true, true, false]);
  await answer();
  expect(add('e')).toBe(true);
});

test('sends nothing where all was removed, and goes on afterwards', async () => {
  const { queue, sent, turn } = setUp();
  queue.add('a', finalEntry(1, 1));
  queue.remove(['a']);
  await turn();
  await turn();
  expect(sent()).toEqual([]);
  queue.add('b', finalEntry(1, 1));
  await turn();
  expect(sent()).toEqual([['b 1']]);
});
