import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadConfig } from './load.ts';
import type { Config } from './schema.ts';
import { keepStartSettings } from './start-settings.ts';

function load(text: string): Config {
  const loaded = loadConfig({ text, file: 'test.yaml', env: {}, vendors: [] });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
}

test('keeps what a running process cannot change, and names it', () => {
  const running = load('{}');
  const next = load(`
server: { host: localhost, port: 4001, workers: 2, lameDuckSeconds: 1 }
cache: { url: "redis://:secret@127.0.0.1:6379", maxBytes: 2000000, staleIfErrorSeconds: 1 }
limits: { maxDepth: 3 }
`);
  const { config, needsRestart } = keepStartSettings(running, next);
  expect(needsRestart).toEqual(['server.host', 'server.port', 'server.workers', 'cache.url', 'cache.maxBytes']);
  expect(config).toEqual({
    ...next,
    server: { ...running.server, lameDuckSeconds: 1 },
    cache: { ...running.cache, staleIfErrorSeconds: 1 },
  });
});

test('sees that only a password has changed', () => {
  const withPassword = (password: string) => load(`cache: { url: "redis://:${password}@127.0.0.1:6379" }`);
  expect(keepStartSettings(withPassword('one'), withPassword('two')).needsRestart).toEqual(['cache.url']);
  expect(keepStartSettings(withPassword('one'), withPassword('one')).needsRestart).toEqual([]);
});

test('keeps the file of the cache and its bound', () => {
  const { config, needsRestart } = keepStartSettings(
    load('{}'),
    load(`cache: { path: ${join(tmpdir(), 'cache.db')}, maxDiskBytes: 20000000 }`),
  );
  expect(needsRestart).toEqual(['cache.path', 'cache.maxDiskBytes']);
  expect(config.cache).toMatchObject({ maxDiskBytes: 1_073_741_824 });
  expect(config.cache.path).toBeUndefined();
});

test('keeps where traces are sent', () => {
  const running = load('telemetry: { otlp: { endpoint: "https://one.example.com" } }');
  const next = load('telemetry: { otlp: { endpoint: "https://two.example.com" } }');
  const { config, needsRestart } = keepStartSettings(running, next);
  expect([config.traces, needsRestart]).toEqual([running.traces, ['telemetry']]);
  expect(keepStartSettings(running, running).needsRestart).toEqual([]);
});

test('does not open the address of now, which is public, to everyone', () => {
  const auth = `auth: { apiKeys: [{ name: a, sha256: "${'0'.repeat(64)}" }] }`;
  const running = load(`server: { host: 0.0.0.0 }\n${auth}`);
  expect(() => keepStartSettings(running, load('{}'))).toThrow(
    'auth cannot be removed while the gateway listens on 0.0.0.0',
  );
  expect(keepStartSettings(running, load(auth)).needsRestart).toEqual(['server.host']);
});
