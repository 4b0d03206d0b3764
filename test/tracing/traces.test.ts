import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { timedClock } from '../support/clock.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { openEventStream } from '../support/event-stream.ts';
import { type OtlpCollector, startOtlpCollector, toSpanTree } from '../support/otlp-collector.ts';
import { type Gateway, NOW, type RawConfig, startWorld, type World } from '../support/world.ts';

/** Traces as a collector receives them, from a gateway over the sandbox's vendors. */

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const OF_CLIENT = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, tracestate: 'client=1' };
const BOARD = `query Board {
  agentByKey(key: "jane-doe") { currentStatus { status } latestInteractions { nodes { guid } } }
}`;

const clock = timedClock(NOW);
let world: World;
let collector: OtlpCollector;
beforeAll(async () => {
  world = await startWorld(clock);
});
afterAll(() => world.stop());
beforeEach(async () => {
  collector = await startOtlpCollector();
  world.calls();
});
afterEach(async () => {
  for (const vendor of Object.values(world.vendors)) vendor.clearFaults();
  await collector.stop();
  expect(collector.problems()).toEqual([]);
});

function startTraced(
  telemetry: Readonly<Record<string, unknown>> = {},
  change: (account: RawConfig['accounts'][number]) => object = (account) => account,
): Promise<Gateway> {
  return world.startGateway((raw) => {
    const withoutDiscovery = raw.accounts.map((account) =>
      ['kore', 'liveperson'].includes(String(account.vendor)) ? { ...account, discover: false } : account,
    );
    const traced = { telemetry: { otlp: { endpoint: collector.url }, ...telemetry } };
    return { ...raw, ...traced, accounts: withoutDiscovery.map(change) } as unknown as RawConfig;
  });
}

function spanNamed(name: string) {
  const span = collector.spans().find((each) => each.name === name);
  if (!span)
    throw new Error(
      `no span ${name} among ${collector
        .spans()
        .map((each) => each.name)
        .join(', ')}`,
    );
  return span;
}

function accessLog(gateway: Gateway) {
  const entries = gateway
    .logs()
    .split('\n')
    .filter((line) => line.includes('"request completed"'));
  return entries.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

describe('a query', () => {
  test('has a span for the request, planning, each batch, cache read and vendor attempt, and none for a field', async () => {
    const gateway = await startTraced();
    await gateway.query(BOARD, {}, OF_CLIENT);
    await gateway.query('query Board { agentByKey(key: "jane-doe") { latestInteractions { nodes { guid } } } }');
    await gateway.stop();
    const [first, second] = toSpanTree(collector.spans());
    expect(first).toEqual({
      'query Board': [
        {
          'load agentstatusdetails': [{ 'cache read agentstatusdetails': ['POST agentstatusdetails'] }],
        },
        {
          'load latestInteractions': [
            { 'cache read latestInteractions': ['GET latestInteractions', 'POST connect/token'] },
          ],
        },
        'planning',
      ],
    });
    // What is fresh in memory is read in no time: it is a number on the span of the request.
    expect(second).toEqual({ 'query Board': ['planning'] });
    const roots = collector.spans().filter(({ name }) => name === 'query Board');
    expect(roots.map(({ attributes }) => attributes['switchboard.cache.values'])).toEqual([0, 1]);
  });

  test('continues the trace of its client, and names it in the access log', async () => {
    const gateway = await startTraced();
    await gateway.query(BOARD, {}, OF_CLIENT);
    await gateway.stop();
    const root = spanNamed('query Board');
    expect(root).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: PARENT_ID,
      traceState: 'client=1',
      kind: 'server',
      isError: false,
      attributes: {
        'graphql.operation.type': 'query',
        'graphql.operation.name': 'Board',
        'http.response.status_code': 200,
        'switchboard.graphql.errors': 0,
        'switchboard.vendor_calls': 3,
        'switchboard.response': 'executed-and-stored',
      },
    });
    expect(new Set(collector.spans().map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
    expect(accessLog(gateway)).toMatchObject([{ traceId: TRACE_ID }]);
    for (const { startNs, endNs } of collector.spans()) {
      expect(startNs).toBeGreaterThanOrEqual(root.startNs);
      expect(endNs).toBeGreaterThanOrEqual(startNs);
    }
  });

  test('has cache reads with how their keys were answered', async () => {
    const gateway = await startTraced();
    await gateway.query(BOARD);
    await gateway.stop();
    expect(spanNamed('cache read latestInteractions').attributes).toEqual({
      'switchboard.account': 'vcc',
      'switchboard.endpoint': 'latestInteractions',
      'switchboard.keys': 1,
      'switchboard.cache.hits': 0,
      'switchboard.cache.stale': 0,
      'switchboard.cache.misses': 1,
      'switchboard.cache.errors': 0,
    });
  });

  test('that is answered from a stored response has the span of its request alone', async () => {
    const gateway = await startTraced();
    await gateway.query(BOARD);
    await gateway.query(BOARD);
    await gateway.stop();
    expect(toSpanTree(collector.spans())).toContain('query');
    const sources = collector.spans().flatMap(({ attributes }) => attributes['switchboard.response'] ?? []);
    expect(sources).toEqual(['executed-and-stored', 'stored']);
  });
});

describe('a vendor that fails', () => {
  test('has a span for each attempt, with the error and the count of those before', async () => {
    world.vendors.vonage.injectFault({ path: 'latestInteractions', status: 503, times: 2 });
    const gateway = await startTraced();
    await gateway.query(BOARD, {}, OF_CLIENT);
    await gateway.stop();
    const attempts = collector.spans().filter(({ name }) => name === 'GET latestInteractions');
    expect(
      attempts.map(({ isError, attributes }) => [
        isError,
        attributes['error.type'],
        attributes['http.response.status_code'],
        attributes['http.request.resend_count'],
      ]),
    ).toEqual([
      [true, '503', 503, undefined],
      [true, '503', 503, 1],
      [false, undefined, 200, 2],
    ]);
    const failures = gateway
      .logs()
      .split('\n')
      .filter((line) => line.includes('"vendor call failed"'));
    expect(failures.length).toBeGreaterThan(0);
    for (const line of failures) expect(JSON.parse(line)).toMatchObject({ status: 503, traceId: TRACE_ID });
  });
});

test('the context of a trace that is not sampled goes to an account that takes part since a reload', async () => {
  const proxy = await startConnectProxy();
  const gateway = await startTraced({ sampleRatio: 0 });
  const telemetry = { otlp: { endpoint: collector.url }, sampleRatio: 0 };
  const { needsRestart } = await gateway.reconfigure((raw) => {
    const settings = { proxyUrl: `http://127.0.0.1:${proxy.port}`, forwardTraceContext: true };
    const accounts = raw.accounts.map((account) => (account.name === 'vcc' ? { ...account, ...settings } : account));
    return { ...raw, telemetry, accounts };
  });
  expect(needsRestart).toEqual([]);
  await gateway.query(BOARD, {}, { ...OF_CLIENT, traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` });
  await gateway.stop();
  expect(proxy.requestHeads().filter((head) => head.includes(`00-${TRACE_ID}-`))).not.toEqual([]);
  await proxy.close();
});

describe('the context of a trace', () => {
  async function forwardedTo(forwarding: readonly string[], ratio: number, headers: Readonly<Record<string, string>>) {
    const proxy = await startConnectProxy();
    const gateway = await startTraced({ sampleRatio: ratio }, (account) => ({
      ...account,
      proxyUrl: `http://127.0.0.1:${proxy.port}`,
      forwardTraceContext: forwarding.includes(account.name),
    }));
    await gateway.query(BOARD, {}, headers);
    await gateway.stop();
    const heads = proxy.requestHeads().map((head) => ({
      endpoint: /^\S+ \S*\/([^ ?/]+)(?:\?\S*)? /.exec(head)?.[1] ?? '',
      traceparent: /^traceparent: (.*)$/im.exec(head)?.[1]?.trim(),
      tracestate: /^tracestate: (.*)$/im.exec(head)?.[1]?.trim(),
    }));
    await proxy.close();
    return heads.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  }

  test('goes to the vendors of accounts that say so, with the span of the attempt as its parent', async () => {
    const heads = await forwardedTo(['vcc'], 1, OF_CLIENT);
    expect(heads.map(({ endpoint, traceparent }) => [endpoint, traceparent !== undefined])).toEqual([
      ['agentstatusdetails', false],
      ['latestInteractions', true],
      ['token', true],
    ]);
    const { spanId } = spanNamed('GET latestInteractions');
    expect(heads[1]).toMatchObject({ traceparent: `00-${TRACE_ID}-${spanId}-01`, tracestate: 'client=1' });
  });

  test('goes to them where it is not sampled, too: nothing is exported, and they learn that it is not', async () => {
    const heads = await forwardedTo(['vcc'], 0, { ...OF_CLIENT, traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` });
    expect(heads[1]?.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-(?!${PARENT_ID})[\\da-f]{16}-00$`));
    expect(collector.requests()).toEqual([]);
  });
});

describe('sampling', () => {
  test('of no trace exports nothing, and names no trace in the log', async () => {
    const gateway = await startTraced({ sampleRatio: 0 });
    await gateway.query(BOARD);
    await gateway.query(BOARD, {}, { traceparent: 'malformed' });
    await gateway.stop();
    expect(collector.requests()).toEqual([]);
    expect(gateway.logs()).not.toContain('traceId');
  });

  test('follows the decision of a client', async () => {
    const gateway = await startTraced({ sampleRatio: 0 });
    await gateway.query(BOARD, {}, OF_CLIENT);
    await gateway.query(BOARD, {}, { ...OF_CLIENT, traceparent: `00-${'12'.repeat(16)}-${PARENT_ID}-00` });
    await gateway.stop();
    expect(new Set(collector.spans().map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
  });
});

test('the executions of a subscription have traces of their own, which point to the request', async () => {
  const gateway = await startTraced();
  const query = 'subscription Watch { agents(filter: { account: "kore-main" }) { nodes { currentStatus { start } } } }';
  const stream = await openEventStream(gateway.url, { query });
  await stream.nextResult();
  clock.advance(3_600_000);
  await stream.nextResult();
  stream.close();
  await gateway.stop();
  const spans = collector.spans().filter(({ name }) => name === 'subscription Watch' || name === 'subscription');
  const request = spans.find(({ kind }) => kind === 'server');
  const runs = spans.filter(({ kind }) => kind === 'internal');
  expect(request?.attributes).toMatchObject({ 'switchboard.stream': 'sse' });
  expect(runs.length).toBeGreaterThanOrEqual(2);
  expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(runs.length);
  for (const { parentSpanId, links } of runs) {
    expect(parentSpanId).toBeNull();
    expect(links).toEqual([{ traceId: request?.traceId, spanId: request?.spanId }]);
  }
});
