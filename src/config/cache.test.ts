import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow } from '../../test/support/config-harness.ts';

test('accepts an absent URL, one, and a list', () => {
  expect(loadOrThrow('cache: {}').cache.url).toBeUndefined();
  const cache = { host: '127.0.0.1', port: 6379 };
  expect(loadOrThrow('cache: { url: "redis://127.0.0.1:6379" }').cache.url).toMatchObject({ nodes: [cache] });
  expect(loadOrThrow('cache: { url: ["redis://127.0.0.1:6379", "redis://b:1"] }').cache.url).toMatchObject({
    nodes: [cache, { host: 'b', port: 1 }],
  });
});

test.each([
  ['url: "https://cache.example.com"', 'cache.url: must be a redis://, rediss:// or redis+sentinel:// URL'],
  ['url: nonsense', 'cache.url: must be a redis://, rediss:// or redis+sentinel:// URL'],
  ['url: ["redis://a", "redis://b:x"]', 'cache.url[1]: must name hosts as host or host:port'],
  ['url: []', 'cache.url: must be a redis://, rediss:// or redis+sentinel:// URL, or a list of them'],
  ['url: 6379', 'cache.url: must be a redis://, rediss:// or redis+sentinel:// URL, or a list of them'],
  ['path: ""', 'cache.path: must not be empty'],
  ['path: /tmp/cache.db, maxDiskBytes: 16777215', 'cache.maxDiskBytes: must be at least 16777216'],
  ['maxBytes: 1048575', 'cache.maxBytes: must be at least 1048576'],
  ['staleIfErrorSeconds: -1', 'cache.staleIfErrorSeconds: must be at least 0'],
  ['ttl: { files: 31536001 }', 'cache.ttl.files: must be at most 31536000'],
  ['ttl: { agents: 1 }', 'cache.ttl.agents: is not a known key'],
])('rejects the cache setting %s', (setting, message) => {
  expect(errorLines(`cache: { ${setting} }`)).toEqual([expect.stringContaining(message)]);
});

test('accepts a TTL of 0, which disables caching', () => {
  expect(loadOrThrow('cache: { ttl: { interactions: 0 } }').cache.ttl.interactions).toBe(0);
});
