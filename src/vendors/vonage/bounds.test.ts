import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ttl } from '../../config/cache.ts';
import { rejection } from '../../../test/support/caught.ts';
import { type Gateway, gateway } from '../../../test/http/support.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { json, type ScriptedServer, startScriptedServer } from '../../../test/support/scripted-server.ts';
import { passingCache } from '../../../test/support/vendor-harness.ts';
import { GUID, entry } from './account.fixture.ts';
import { createClient, type VonageClient } from './client.ts';
import { config } from './config.ts';
import { account, scopeOf } from './tokens.fixture.ts';

const KB = 1024;
const MB = 1024 * KB;

let server: ScriptedServer;
let open: Gateway;
let client: VonageClient;

beforeEach(async () => {
  server = await startScriptedServer();
  open = gateway({ account });
  const clock = manualClock();
  const entered = config.parse({ ...entry, baseUrl: server.url.origin });
  const shared = { account, clock, http: open.http, cache: passingCache(clock), ttl: ttl.parse({}) };
  client = createClient(entered, shared);
});

afterEach(async () => {
  await open.close();
  await server.close();
});

const token = json({ access_token: 'a.token-1' });
const TOO_LARGE = { code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' };
const ask = () => client.latestInteractions('01', {}, scopeOf());
/** As JSON, made as long as that by blanks. */
const padded = (value: unknown, bytes: number) => ({ body: JSON.stringify(value).padEnd(bytes) });

test('interactions are read up to a MiB, thirty times what the hundred come to that are asked for at most', async () => {
  const one = {
    ...{ type: 'Phone', start: '2017-03-30T22:40:15.123Z', guid: GUID, duration: 972 },
    ...{ direction: 'Outbound', channelGuid: GUID },
  };
  const interactions = Array.from({ length: 100 }, () => one);
  expect(JSON.stringify({ interactions }, null, 1).length).toBeLessThan(MB / 30);
  server.script(token, padded({ interactions }, MB), padded({ interactions }, MB + 1));
  expect(await ask()).toHaveLength(100);
  expect(await rejection(ask())).toMatchObject({ ...TOO_LARGE, endpoint: 'latestInteractions' });
  expect(server.received).toHaveLength(3);
});

test.each([
  [64 * KB, []],
  [64 * KB + 1, TOO_LARGE],
])('a token’s answer of %i bytes', async (bytes, outcome) => {
  server.script(padded({ access_token: 'a.token-1' }, bytes), json({ interactions: [] }));
  expect(await ask().catch((error: unknown) => error)).toMatchObject(outcome);
  expect(server.received).toHaveLength(outcome === TOO_LARGE ? 1 : 2);
});

test('a token’s answer without end is broken off', async () => {
  server.script({ body: '{"access_token":"'.padEnd(10_000, 'x'), endless: true });
  expect(await rejection(ask())).toMatchObject({ ...TOO_LARGE, endpoint: 'connect/token' });
  const received = await server.request(1);
  await received.over;
  expect(received.aborted()).toBe(true);
  expect(open.counted[0]?.bytes).toBeLessThan(MB);
});
