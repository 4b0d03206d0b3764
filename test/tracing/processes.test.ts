import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { sendQuery, setUpGatewayProcesses } from '../support/gateway-process.ts';
import { type OtlpCollector, startOtlpCollector } from '../support/otlp-collector.ts';

jest.setTimeout(120_000);

/** Traces of gateways that run as processes, configured by OpenTelemetry's variables. */

const QUERY = 'query Board { agents(first: 2) { nodes { currentStatus { status } } } }';

const gateways = setUpGatewayProcesses();
let collector: OtlpCollector;
beforeEach(async () => {
  collector = await startOtlpCollector();
});
afterEach(() => collector.stop());

function endpoint(): Readonly<Record<string, string>> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
}

async function startWithLog(env: Readonly<Record<string, string>>) {
  const gateway = await gateways.start({ env });
  let log = '';
  gateway.process.stdout?.on('data', (text: Buffer) => (log += text.toString()));
  return { ...gateway, log: () => log };
}

/** Ends a gateway as a terminal does, without a lame-duck phase; resolves to the exit status. */
async function interrupt(running: ChildProcess): Promise<unknown> {
  const exited = once(running, 'exit');
  running.kill('SIGINT');
  return (await exited)[0];
}

/** The client of the metrics loads the API in any case. */
function isOfSdk(url: string): boolean {
  return /@opentelemetry\/(?!api\/)|observability\/tracing/.test(url);
}

describe('the SDK', () => {
  async function loadedModules(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const file = join(gateways.folder(), 'modules.txt');
    const recorder = join(import.meta.dirname, '../support/module-recorder.mjs');
    const gateway = await gateways.start({
      env: { RECORDED_MODULES: file, ...env },
      nodeOptions: ['--import', recorder],
    });
    await sendQuery(gateway.url, QUERY);
    expect(await interrupt(gateway.process)).toBe(0);
    return (await readFile(file, 'utf8')).split('\n');
  }

  test('is not loaded while nothing is traced', async () => {
    const modules = await loadedModules({});
    expect(modules.filter((url) => url.includes('/node_modules/')).length).toBeGreaterThan(100);
    expect(modules.filter((url) => isOfSdk(url))).toEqual([]);
  });

  test('is not loaded with OTEL_SDK_DISABLED, and nothing is exported', async () => {
    const modules = await loadedModules({ ...endpoint(), OTEL_SDK_DISABLED: 'true' });
    expect(modules.filter((url) => isOfSdk(url))).toEqual([]);
    expect(collector.requests()).toEqual([]);
  });

  test('is loaded where an endpoint is set', async () => {
    const modules = await loadedModules(endpoint());
    expect(modules.filter((url) => isOfSdk(url)).length).toBeGreaterThan(10);
    expect(collector.spans().map(({ name }) => name)).toEqual(expect.arrayContaining(['discovery', 'query Board']));
  });
});

test('exports what is recorded when the process ends, with the name, attributes and headers of the environment', async () => {
  const { url, process: running } = await gateways.start({
    env: {
      ...endpoint(),
      OTEL_SERVICE_NAME: 'gateway-of-the-test',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=overruled',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=key%20of%20the%20collector',
    },
  });
  await sendQuery(url, QUERY);
  expect(await interrupt(running)).toBe(0);
  expect(collector.problems()).toEqual([]);
  const query = collector.spans().find(({ name }) => name === 'query Board');
  expect(query?.resource).toMatchObject({
    'service.name': 'gateway-of-the-test',
    'deployment.environment.name': 'test',
    'process.pid': running.pid,
  });
  expect(collector.requests()[0]?.headers['x-api-key']).toBe('key of the collector');
});

test('each worker exports its own spans', async () => {
  const file = join(gateways.folder(), 'workers.yaml');
  await writeFile(
    file,
    `server: { workers: 2, lameDuckSeconds: 0 }
telemetry: { otlp: { endpoint: "${collector.url}" }, serviceName: workers }
accounts:
  - { name: bots, vendor: avaamo, baseUrl: "http://127.0.0.1:9", accessToken: none }
`,
  );
  const { url, process: primary } = await gateways.start({ env: { SWITCHBOARD_CONFIG: file } });
  // Each request on a connection of its own: the primary gives connections to the workers in turns.
  for (let i = 0; i < 6; i += 1) await sendQuery(url, 'query Accounts { accounts { name } }', { connection: 'close' });
  expect(await interrupt(primary)).toBe(0);
  expect(collector.problems()).toEqual([]);
  const spans = collector.spans().filter(({ kind }) => kind === 'server');
  expect(spans).toHaveLength(6);
  const workers = new Set(spans.map(({ resource }) => resource['process.pid']));
  expect(workers.size).toBe(2);
  expect(workers).not.toContain(primary.pid);
});

describe('a collector that cannot be reached', () => {
  test('is logged once, slows no request, and holds no shutdown up', async () => {
    await collector.stop();
    const { url, process: running, log } = await startWithLog({ ...endpoint(), LOG_LEVEL: 'info' });
    for (let i = 0; i < 20; i += 1) expect((await sendQuery(url, QUERY)).status).toBe(200);
    const startedMs = performance.now();
    expect(await interrupt(running)).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(log().match(/traces could not be exported/g)?.length ?? 0).toBeLessThanOrEqual(1);
    collector = await startOtlpCollector();
  });

  test('that refuses is logged with the status, and none of its answer; its spans are counted', async () => {
    collector.answerWith(401);
    const { url, process: running, log } = await startWithLog(endpoint());
    await sendQuery(url, QUERY);
    expect(await interrupt(running)).toBe(0);
    const lines = log()
      .split('\n')
      .filter((line) => line.includes('traces could not be exported'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ level: 'warn', reason: 'status_401' }]);
    expect(log()).not.toContain('CANARY');
  });
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, 'OTEL_EXPORTER_OTLP_ENDPOINT: must be an http(s) URL'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_SAMPLER: 'all' },
    'OTEL_TRACES_SAMPLER: must be one of',
  ],
])('a process does not start with %j', async (env, message) => {
  const child = gateways.run({ env });
  let stderr = '';
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});
