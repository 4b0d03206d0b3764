import { expect, test } from '@jest/globals';
import {
  createCaller,
  createStubVendor,
  createTestCache,
  fetching,
  namespace,
} from '../../test/support/cache-harness.ts';
import { flushPromises } from '../../test/support/flush-promises.ts';

/** A cache in which the key `a` is fresh, with what happens to its entries from then on. */
async function setUp() {
  const events: string[] = [];
  const nameOf = (id: string) => (JSON.parse(id) as readonly string[]).at(-1) ?? '';
  const harness = createTestCache({ onWritten: (id) => events.push(`${nameOf(id)} written`) });
  const { context } = createCaller();
  await harness.cache.readMany(namespace, ['a'], context, fetching('old'));
  events.length = 0;
  const reader = {
    ...context,
    onEntriesRead: (ids: readonly string[]) => events.push(...ids.map((id) => `${nameOf(id)} read`)),
  };
  return { ...harness, context, reader, events };
}

test('a reader learns of each entry as it reads it: one that is written while others are fetched may have changed', async () => {
  const { cache, clock, context, reader, events } = await setUp();
  const vendor = createStubVendor();
  const reading = cache.readMany(namespace, ['a', 'b'], reader, vendor.fetch);
  await flushPromises();
  clock.advance(1);
  await cache.readMany(
    namespace,
    ['a'],
    { ...context, accepts: { notBeforeMs: clock.monotonicMs() } },
    fetching('new'),
  );
  vendor.answer(0);
  expect(await reading).toMatchObject([{ value: 'old' }, { value: 'B' }]);
  expect(events).toEqual(['a read', 'a written', 'b written', 'b read']);
});

test('a reader that joins a fetch learns of each entry as it is fetched', async () => {
  const { cache, context, reader, events } = await setUp();
  const vendor = createStubVendor();
  const starting = cache.readMany(namespace, ['b', 'c'], context, vendor.fetch);
  const joining = cache.readMany(namespace, ['b', 'c'], reader, vendor.fetch);
  await flushPromises();
  vendor.report(0, 'b');
  await flushPromises();
  vendor.answer(0);
  await Promise.all([starting, joining]);
  expect(events).toEqual(['b written', 'b read', 'c written', 'c read']);
});

test('a reader that gets a stale value learns of its entry once', async () => {
  const { cache, clock, reader, events } = await setUp();
  const vendor = createStubVendor();
  clock.advance(61_000);
  for (let nth = 0; nth < 2; nth++) await cache.readMany(namespace, ['a'], reader, vendor.fetch);
  expect(events).toEqual(['a read', 'a read']);
  vendor.answer(0);
});
