import { expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { createEncodableBody } from './encodable-body.ts';
import { createEntryVersions } from './entry-versions.ts';
import { createStoredResponses } from './stored-responses.ts';

function setUp(maxBytes: number) {
  const clock = manualClock();
  const stored = createStoredResponses(maxBytes, clock);
  const { startDependencies, entryWritten } = createEntryVersions(maxBytes);
  const add = (key: string, { byteLength = 1000, validUntilMs = 60_000 } = {}) => {
    const body = createEncodableBody(Buffer.alloc(byteLength, '.'));
    const dependencies = startDependencies();
    dependencies.add([`entry of ${key}`]);
    const response = stored.add(key, { status: 200, headers: {}, body, validUntilMs, operation: key }, dependencies);
    return { response };
  };
  const keys = (...all: string[]) => all.filter((key) => stored.find(key));
  return { clock, stored, add, keys, entryWritten };
}

test('a response is found while it is valid', () => {
  const { clock, stored, add } = setUp(10_000);
  const { response } = add('a', { validUntilMs: 1000 });
  clock.advance(999);
  expect(stored.find('a')).toBe(response);
  clock.advance(1);
  expect(stored.find('a')).toBeUndefined();
  expect(stored.use()).toMatchObject({ bytes: 0, entries: 0 });
});

test('the bytes are bounded: the least recently used responses go first', () => {
  const { stored, add, keys } = setUp(5000);
  for (const key of ['a', 'b', 'c']) add(key);
  stored.find('a');
  add('d');
  expect(keys('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
  expect(stored.use()).toMatchObject({ entries: 3, evictions: 1, maxBytes: 5000 });
});

test('a response that is larger than the whole store is not kept', () => {
  const { add, keys } = setUp(5000);
  const { response } = add('a', { byteLength: 5000 });
  expect([keys('a'), response.body.bytes.length]).toEqual([[], 5000]);
});

test('compressed bodies count, too', async () => {
  const { stored, add, keys } = setUp(5000);
  const { response } = add('a');
  const before = stored.use().bytes;
  const compressed = await response.body.encode('gzip');
  expect(stored.use().bytes).toBe(before + compressed.length);
  // The entry was written again, and is still the same.
  expect(keys('a')).toEqual(['a']);
});

test('a compressed body of a response that has gone counts nothing', async () => {
  const { stored, add } = setUp(5000);
  const { response } = add('a');
  stored.clear();
  await response.body.encode('gzip');
  expect(stored.use()).toMatchObject({ bytes: 0, entries: 0 });
});

test('a response is found until an entry that it depends on is written', () => {
  const { stored, add, keys, entryWritten } = setUp(10_000);
  add('a');
  add('b');
  entryWritten('entry of a');
  expect(keys('a', 'b')).toEqual(['b']);
  expect(stored.use()).toMatchObject({ entries: 1, evictions: 0 });
});
