import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { loadConfig, type LoadConfigResult } from '../../config/load.ts';
import { createLogger } from '../../observability/logger.ts';
import { createMetrics } from '../../observability/metrics.ts';
import { type AppliedConfig, createReloader, type ReloaderOptions } from './reloader.ts';

const UNCHANGED: AppliedConfig = { accounts: { added: [], changed: [], removed: [] }, needsRestart: [] };

function load(text: string): LoadConfigResult {
  return loadConfig({ text, file: 'gateway.yaml', env: {}, vendors: [] });
}

function setUp(options: Partial<ReloaderOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({ destination: { write: (line) => lines.push(line) } });
  const metrics = createMetrics();
  const state = { text: '{}', loads: 0, applied: [] as unknown[] };
  const reloader = createReloader({
    load: () => {
      state.loads += 1;
      return load(state.text);
    },
    apply: (config) => {
      state.applied.push(config.limits.maxDepth);
      return Promise.resolve(UNCHANGED);
    },
    onLoaded: () => undefined,
    clock: manualClock(Date.parse('2026-11-20T12:00:00Z')),
    ...{ logger, metrics },
    ...options,
  });
  const messages = () => lines.map((line) => (JSON.parse(line) as { message: string }).message);
  return { reloader, state, lines, messages, metrics };
}

describe('a reload', () => {
  test('applies what is valid, and logs what is probably not meant', async () => {
    const { reloader, state, messages } = setUp();
    state.text = 'limits: { maxDepth: 5 }';
    await reloader.reload('signal');
    expect(state.applied).toEqual([5]);
    expect(messages()).toEqual(['configuration warning', 'configuration reloaded']);
    expect(reloader.status()).toEqual({});
  });

  test('applies nothing of what is not valid, until it is again', async () => {
    const { reloader, state, messages, lines } = setUp();
    state.text = 'limits: { maxDepth: deep, maxTokens: many }';
    await reloader.reload('file');
    expect(state.applied).toEqual([]);
    expect(messages()).toEqual(['configuration error', 'configuration error', 'configuration not reloaded']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      file: 'gateway.yaml',
      path: 'limits.maxDepth',
      line: 1,
      column: 11,
    });
    const configuration = { reloadFailedAt: '2026-11-20T12:00:00.000Z', problems: 2 };
    expect(reloader.status()).toEqual({ configuration });
    state.text = '{}';
    await reloader.reload('file');
    expect(reloader.status()).toEqual({});
  });

  test('names the keys that need a restart', async () => {
    const apply = () => Promise.resolve({ ...UNCHANGED, needsRestart: ['server.port'] });
    const { reloader, messages } = setUp({ apply });
    await reloader.reload('signal');
    expect(messages().at(-1)).toBe('configuration changes need a restart');
    expect(reloader.status()).toEqual({ configuration: { needsRestart: ['server.port'] } });
  });

  test('is neither a success nor a failure where the gateway closes before', async () => {
    const { reloader, messages, metrics } = setUp({ apply: () => Promise.resolve(null) });
    await reloader.reload('signal');
    expect(messages().at(-1)).toBe('configuration not reloaded, as the gateway is ending');
    expect(reloader.status()).toEqual({});
    expect(await metrics.text()).not.toMatch(/config_reloads_total{.*} [1-9]/);
  });

  test('that fails unexpectedly is reported as a failure', async () => {
    const { reloader, messages, metrics } = setUp({ apply: () => Promise.reject(new Error('a bug')) });
    await reloader.reload('signal');
    expect(messages().at(-1)).toBe('configuration could not be changed');
    expect(reloader.status()).toMatchObject({ configuration: { problems: 1 } });
    expect(await metrics.text()).toContain('switchboard_config_reloads_total{outcome="failure"} 1');
  });
});

test('runs one reload at a time, and one more for all requests that come meanwhile', async () => {
  const first = Promise.withResolvers<AppliedConfig>();
  let isFirst = true;
  const { reloader, state } = setUp({
    apply: () => {
      if (!isFirst) return Promise.resolve(UNCHANGED);
      isFirst = false;
      return first.promise;
    },
  });
  const reloads = [reloader.reload('signal'), reloader.reload('file'), reloader.reload('signal')];
  expect(state.loads).toBe(1);
  first.resolve(UNCHANGED);
  await Promise.all(reloads);
  expect(state.loads).toBe(2);
});
