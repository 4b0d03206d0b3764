import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { createHttpHarness, type HttpHarness } from '../../../test/support/http-harness.ts';
import { jsonStep, type ScriptedServer, startScriptedServer } from '../../../test/support/scripted-server.ts';
import { passthroughCache } from '../../../test/support/vendor-harness.ts';
import { GUID, VONAGE_ENTRY } from '../../../test/support/vonage/account.ts';
import { account, createContext } from '../../../test/support/vonage/tokens.ts';
import { ttlSchema } from '../../config/cache.ts';
import { createClient, type VonageClient } from './client.ts';
import { config } from './config.ts';

const KB = 1024;
const MB = 1024 * KB;

let server: ScriptedServer;
let harness: HttpHarness;
let client: VonageClient;

beforeEach(async () => {
  server = await startScriptedServer();
  harness = createHttpHarness({ account });
  const clock = manualClock();
  const accountConfig = config.parse({ ...VONAGE_ENTRY, baseUrl: server.url.origin });
  const shared = {
    account,
    clock,
    http: harness.http,
    cache: passthroughCache(clock),
    ttl: ttlSchema.parse({}),
    onDropped: () => undefined,
  };
  client = createClient(accountConfig, shared);
});

afterEach(async () => {
  await harness.close();
  await server.close();
});

const token = jsonStep({ access_token: 'a.token-1' });
const TOO_LARGE = { code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' };
function fetchOnce() {
  return client.latestInteractions('01', {}, createContext());
}
/** As JSON, padded to this length with spaces. */
function padded(value: unknown, bytes: number) {
  return { body: JSON.stringify(value).padEnd(bytes) };
}

test('reads interactions of up to 1 MiB, thirty times the size of the largest request', async () => {
  const interaction = {
    ...{ type: 'Phone', start: '2017-03-30T22:40:15.123Z', guid: GUID, duration: 972 },
    ...{ direction: 'Outbound', channelGuid: GUID },
  };
  const interactions = Array.from({ length: 100 }, () => interaction);
  expect(JSON.stringify({ interactions }, null, 1).length).toBeLessThan(MB / 30);
  server.script(token, padded({ interactions }, MB), padded({ interactions }, MB + 1));
  expect(await fetchOnce()).toHaveLength(100);
  expect(await rejectionOf(fetchOnce())).toMatchObject({ ...TOO_LARGE, endpoint: 'latestInteractions' });
  expect(server.received).toHaveLength(3);
});

test.each([
  [64 * KB, []],
  [64 * KB + 1, TOO_LARGE],
])('limits the token response: %i bytes', async (bytes, outcome) => {
  server.script(padded({ access_token: 'a.token-1' }, bytes), jsonStep({ interactions: [] }));
  expect(await fetchOnce().catch((error: unknown) => error)).toMatchObject(outcome);
  expect(server.received).toHaveLength(outcome === TOO_LARGE ? 1 : 2);
});

test('aborts an endless token response', async () => {
  server.script({ body: '{"access_token":"'.padEnd(10_000, 'x'), endless: true });
  expect(await rejectionOf(fetchOnce())).toMatchObject({ ...TOO_LARGE, endpoint: 'connect/token' });
  const received = await server.nthRequest(1);
  await received.closed;
  expect(received.aborted()).toBe(true);
  expect(harness.metricRecords[0]?.bytes).toBeLessThan(MB);
});
