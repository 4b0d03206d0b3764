import { expect, test } from '@jest/globals';
import { errorLines, loadOrThrow } from '../../test/support/config-harness.ts';

test.each([
  'redis://127.0.0.1:6379',
  'rediss://cache.example.com',
  'valkey://cache.example.com',
  'valkeys://c.example.com',
])('accepts the cache URL %s', (url) => {
  expect(loadOrThrow(`cache: { url: "${url}" }`).cache.url).toBe(url);
});

test.each([
  ['url: "https://cache.example.com"', 'cache.url: must be a redis:// or rediss:// URL'],
  ['url: nonsense', 'cache.url: must be a redis:// or rediss:// URL'],
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
