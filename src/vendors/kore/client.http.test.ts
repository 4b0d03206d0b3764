import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { ACCOUNT, createHttpHarness, type HttpHarness } from '../../../test/support/http-harness.ts';
import { KORE_ENTRY } from '../../../test/support/kore/account.ts';
import { type ScriptedServer, startScriptedServer } from '../../../test/support/scripted-server.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';

// What the client passes to src/http about a request, over real sockets.

const CLOCK = manualClock(Date.parse('2024-05-15T12:00:00Z'));
const TODAY = { firstDay: '2024-05-15', lastDay: '2024-05-15' };
const GOOD = { body: '{"hasMore":false,"data":[{"userId":"u-1"}]}' };

let server: ScriptedServer;
let harness: HttpHarness;

beforeEach(async () => {
  server = await startScriptedServer();
  harness = createHttpHarness({ maxRetries: 1, honorRetryAfter: true, random: () => 0 });
});

afterEach(async () => {
  await harness.close();
  await server.close();
});

function fetchOnce() {
  const accountConfig = config.parse({ ...KORE_ENTRY, baseUrl: server.url.href });
  const dependencies = { account: ACCOUNT, http: harness.http, clock: CLOCK, onDropped: () => undefined };
  return createClient(accountConfig, dependencies).statusDetails(TODAY, harness.context());
}

describe('a status request', () => {
  test('retries a status request after a retryable failure: although it is a POST, it changes nothing', async () => {
    server.script({ status: 503 }, GOOD);
    expect(await fetchOnce()).toEqual({ agents: [{ userId: 'u-1' }], error: null, absenceError: null });
    expect(server.received.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(harness.records.map(({ outcome }) => outcome)).toEqual(['VENDOR_UNAVAILABLE', 'OK']);
  });

  test('sends no status request after a rate limit, though the vendor reported it in words only', async () => {
    server.script({ body: '{"message":"You\'ve exceeded the per-minute rate limit. Please wait"}' }, GOOD);
    expect(await fetchOnce()).toMatchObject({ error: { code: 'VENDOR_RATE_LIMITED' } });
    expect(await fetchOnce()).toMatchObject({ error: { code: 'VENDOR_RATE_LIMITED' } });
    expect(server.received).toHaveLength(1);
    expect(harness.records[0]?.outcome).toBe('VENDOR_RATE_LIMITED');
  });
});
