import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { manualClock } from '../../../test/support/clock.ts';
import { createHttpHarness, type HttpHarness } from '../../../test/support/http-harness.ts';
import { createWorkers, KORE_ENTRY } from '../../../test/support/kore/account.ts';
import { type ScriptedServer, startScriptedServer } from '../../../test/support/scripted-server.ts';
import type { VendorHttp } from '../../http/types.ts';
import { createClient, type KoreClient } from './client.ts';
import { config } from './config.ts';

const MB = 1024 * 1024;
const account = { name: KORE_ENTRY.name, vendor: 'KORE' } as const;

let server: ScriptedServer;
let harness: HttpHarness;
let client: KoreClient;
let limits: (number | undefined)[];

beforeEach(async () => {
  server = await startScriptedServer();
  harness = createHttpHarness({ account });
  limits = [];
  const read: VendorHttp['read'] = (request, context, parse) => {
    limits.push(request.maxBytes);
    return harness.http.read(request, context, parse);
  };
  const accountConfig = config.parse({ ...KORE_ENTRY, baseUrl: server.url.origin });
  client = createClient(accountConfig, {
    account,
    http: { ...harness.http, read },
    clock: manualClock(),
    onDropped: () => undefined,
  });
});

afterEach(async () => {
  await harness.close();
  await server.close();
});

function pageOf(data: readonly unknown[], bytes = 0) {
  return {
    body: JSON.stringify({ hasMore: false, limit: 50, offset: 0, data }).padEnd(bytes),
  };
}
function fetchOnce(lastDay: string) {
  return client.statusDetails({ firstDay: '2024-05-01', lastDay }, harness.context());
}

describe('the size limit of a page', () => {
  test.each([
    [1, '2024-05-01', 8 * MB],
    [4, '2024-05-04', 8 * MB],
    [5, '2024-05-05', 10 * MB],
    [32, '2024-06-01', 64 * MB],
  ])('grows with its days: %i, to %s', async (_days, lastDay, bytes) => {
    server.script(pageOf([]));
    await fetchOnce(lastDay);
    expect(limits).toEqual([bytes]);
  });

  test('rejects a larger page', async () => {
    server.script(pageOf(createWorkers(50), 8 * MB), pageOf(createWorkers(50), 8 * MB + 1));
    const accepted = await fetchOnce('2024-05-01');
    expect([accepted.agents.length, accepted.error]).toEqual([50, null]);
    const rejected = await fetchOnce('2024-05-01');
    expect(rejected).toMatchObject({ agents: [], error: { code: 'VENDOR_BAD_RESPONSE', reason: 'too_large' } });
    expect(server.received).toHaveLength(2);
  });
});

test('accepts a page of fifty agents with a thousand status changes a day', async () => {
  const busy = createWorkers(50).map(({ status = [], ...agent }) => ({
    ...agent,
    status: Array.from({ length: 1000 }, () => status[0]),
  }));
  server.script(pageOf(busy));
  const { agents, error } = await fetchOnce('2024-05-01');
  expect([agents.length, agents[0]?.status?.length, error]).toEqual([50, 1000, null]);
});

test('aborts an endless page, and closes the connection', async () => {
  server.script({ body: '{},'.repeat(10_000), endless: true });
  const { error } = await fetchOnce('2024-05-01');
  expect(error).toMatchObject({ reason: 'too_large' });
  const received = await server.nthRequest(1);
  await received.closed;
  expect(received.aborted()).toBe(true);
  expect(harness.records[0]?.bytes).toBeLessThan(9 * MB);
});
