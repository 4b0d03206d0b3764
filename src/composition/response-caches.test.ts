import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { ExecutedResponse, ResponseCache } from '../server/response-cache/response-cache.ts';
import { createResponseCaches } from './response-caches.ts';

function executed(text: string): ExecutedResponse {
  const bytes = Buffer.from(text);
  const common = { status: 200, headers: {}, bytes, operation: undefined, expiresAt: null };
  return { ...common, reuse: 'lasting', hasCalledVendors: true };
}

async function store(responses: ResponseCache | undefined, key: string, text = 'x', ids: readonly string[] = []) {
  await responses?.execute(key, new AbortController().signal, (_signal, onEntriesRead) => {
    onEntriesRead?.(ids);
    return Promise.resolve(executed(text));
  });
}

function setUp() {
  const metrics = createMetrics();
  const readMetric = async (name: string) =>
    new RegExp(`^switchboard_${name}\\{level="responses"\\} (.+)$`, 'm').exec(await metrics.text())?.[1];
  return { caches: createResponseCaches(manualClock(), metrics), readMetric };
}

test('gives each configuration responses of its own', async () => {
  const { caches } = setUp();
  const [first, second] = [caches.create(100_000), caches.create(100_000)];
  await store(first, 'key');
  expect(first?.find('key')).toBeDefined();
  expect(second?.find('key')).toBeUndefined();
});

test('passes written entries to all that are in use', async () => {
  const { caches } = setUp();
  const [first, second, released] = [caches.create(100_000), caches.create(100_000), caches.create(100_000)];
  for (const each of [first, second, released]) await store(each, 'key', 'x', ['entry']);
  caches.release(released);
  caches.entryWritten('entry');
  expect([first, second, released].map((each) => each?.find('key') !== undefined)).toEqual([false, false, true]);
});

test('exports the use of the last one, and all evictions', async () => {
  const { caches, readMetric } = setUp();
  const first = caches.create(4000);
  for (const key of ['a', 'b', 'c']) await store(first, key, 'x'.repeat(1500));
  const evictions = await readMetric('cache_evictions_total');
  expect(Number(evictions)).toBeGreaterThan(0);
  caches.create(5000);
  caches.release(first);
  expect(await readMetric('cache_max_bytes')).toBe('5000');
  expect(await readMetric('cache_evictions_total')).toBe(evictions);
  expect(caches.create(0)).toBeUndefined();
  expect(await readMetric('cache_max_bytes')).toBe('0');
});
