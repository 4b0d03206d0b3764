import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ACCOUNT, type HttpHarness, createHttpHarness } from '../../../test/support/http-harness.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { type ScriptedServer, startScriptedServer } from '../../../test/support/scripted-server.ts';
import { KORE_ENTRY } from '../../../test/support/kore-account.ts';
import { createClient } from './client.ts';
import { config } from './config.ts';

// What the gateway's HTTP is told of a question, over real sockets.

const CLOCK = manualClock(Date.parse('2024-05-15T12:00:00Z'));
const TODAY = { firstDay: '2024-05-15', lastDay: '2024-05-15' };
const GOOD = { body: '{"hasMore":false,"data":[{"userId":"u-1"}]}' };

let server: ScriptedServer;
let connected: HttpHarness;

beforeEach(async () => {
  server = await startScriptedServer();
  connected = createHttpHarness({ maxRetries: 1, honorRetryAfter: true, random: () => 0 });
});

afterEach(async () => {
  await connected.close();
  await server.close();
});

const ask = () => {
  const entry = config.parse({ ...KORE_ENTRY, baseUrl: server.url.href });
  const dependencies = { account: ACCOUNT, http: connected.http, clock: CLOCK };
  return createClient(entry, dependencies).statusDetails(TODAY, connected.context());
};

describe('a question', () => {
  test('is asked again after a failure that may pass: it changes nothing, though it is a POST', async () => {
    server.script({ status: 503 }, GOOD);
    expect(await ask()).toEqual({ agents: [{ userId: 'u-1' }], error: null });
    expect(server.received.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(connected.records.map(({ outcome }) => outcome)).toEqual(['VENDOR_UNAVAILABLE', 'OK']);
  });

  test('after one too many is not sent, though the vendor said so in words alone', async () => {
    server.script({ body: '{"message":"You\'ve exceeded the per-minute rate limit. Please wait"}' }, GOOD);
    expect(await ask()).toMatchObject({ error: { code: 'VENDOR_RATE_LIMITED' } });
    expect(await ask()).toMatchObject({ error: { code: 'VENDOR_RATE_LIMITED' } });
    expect(server.received).toHaveLength(1);
    expect(connected.records[0]?.outcome).toBe('VENDOR_RATE_LIMITED');
  });
});
