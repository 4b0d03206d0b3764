import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rejectionOf } from '../../../test/support/capture-error.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { createHttpHarness, type HttpHarness } from '../../../test/support/http-harness.ts';
import { type ScriptedServer, startScriptedServer } from '../../../test/support/scripted-server.ts';
import { passthroughCache } from '../../../test/support/vendor-harness.ts';
import { ttlSchema } from '../../config/cache.ts';
import { type AvaamoClient, createClient } from './client.ts';
import { config } from './config.ts';

const MB = 1024 * 1024;
const account = { name: 'bots', vendor: 'AVAAMO' } as const;
const botDays = { bot: '2041', from: '2020-04-10', to: '2020-04-13', offsetSeconds: 0 };

let server: ScriptedServer;
let harness: HttpHarness;
let client: AvaamoClient;

beforeEach(async () => {
  server = await startScriptedServer();
  harness = createHttpHarness({ account });
  const clock = manualClock();
  const accountConfig = { name: 'bots', vendor: 'avaamo', baseUrl: server.url.origin, accessToken: 'token-0123' };
  const shared = {
    account,
    clock,
    http: harness.http,
    cache: passthroughCache(clock),
    ttl: ttlSchema.parse({}),
    onDropped: () => undefined,
  };
  client = createClient(config.parse(accountConfig), shared);
});

afterEach(async () => {
  await harness.close();
  await server.close();
});

/** The published sample, padded to this length with spaces. */
function sample(name: string, bytes: number) {
  return {
    body: readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8').padEnd(bytes),
  };
}

test.each([
  ['usage.json', () => client.usage(botDays, harness.context())],
  ['agent-intervention.json', () => client.interventions(botDays, harness.context())],
])('reads a %s response of up to 1 MiB', async (name, ask) => {
  server.script(sample(name, MB), sample(name, MB + 1));
  expect(await ask()).toMatchObject({ isComplete: true });
  expect(await rejectionOf(ask())).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' });
  expect(server.received).toHaveLength(2);
});

test('rejects a larger response unread, and closes the connection', async () => {
  server.script({ body: '{},'.repeat(10_000), endless: true });
  expect(await rejectionOf(client.usage(botDays, harness.context()))).toMatchObject({ reason: 'too_large' });
  const received = await server.nthRequest(1);
  await received.closed;
  expect(received.aborted()).toBe(true);
  expect(harness.records[0]?.bytes).toBeLessThan(2 * MB);
});
