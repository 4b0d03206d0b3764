/**
 * @needs nginx
 * @needs haproxy
 * @needs redis-server
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../src/domain/clock.ts';
import { formatSandboxConfig } from '../../src/sandbox/sandbox-config.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { vendors } from '../../src/vendors/index.ts';
import { type FleetLoad, startFleetLoad } from '../support/fleet-load.ts';
import { findFreePort } from '../support/free-port.ts';
import { type RunningGateway, sendQuery, setUpGatewayProcesses, terminate } from '../support/gateway-process.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type ReverseProxy, startReverseProxy } from '../support/reverse-proxy.ts';

const gateways = setUpGatewayProcesses();

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let redis: RedisServer;
let configFile: string;
beforeEach(async () => {
  sandbox = await startSandbox({
    clock: systemClock,
    fakes: Object.fromEntries(vendors.map(({ key, createFakeVendor }) => [key, createFakeVendor])),
    ports: Object.fromEntries(vendors.map(({ key }) => [key, 0])),
  });
  redis = await startRedisServer();
  configFile = join(gateways.folder(), 'fleet.yaml');
  await writeFile(
    configFile,
    `server: { lameDuckSeconds: 2 }\ncache: { url: "${redis.url}" }\n${formatSandboxConfig(sandbox.config)}`,
  );
});
afterEach(async () => {
  await sandbox.stop();
  await redis.kill();
});

/** Resolves once the gateway is ready. */
function start(port: number): Promise<RunningGateway> {
  return gateways.start({ env: { PORT: String(port), SWITCHBOARD_CONFIG: configFile } });
}

/** Resolves once each kind of client has been served `count` more times. */
async function passRequests(load: FleetLoad, url: string, count: number): Promise<void> {
  const before = load.report();
  const hasPassed = () => {
    const now = load.report();
    return (['post', 'get', 'webSocket'] as const).every((kind) => now[kind] >= before[kind] + count);
  };
  while (!hasPassed() && load.report().failures.length === 0) await fetch(`${url}/healthz`);
}

test.each(['nginx', 'haproxy'] as const)(
  'behind %s, a restart of three gateways in turn loses no query, and each stream continues at another one',
  async (name) => {
    const ports = [await findFreePort(), await findFreePort(), await findFreePort()];
    const fleet = await Promise.all(ports.map(start));
    const { data } = await sendQuery(fleet[0]?.url ?? '', '{ agents { totalCount } }');
    const proxy: ReverseProxy = await startReverseProxy(name, ports);
    const load = startFleetLoad(proxy.url, (data as { agents: { totalCount: number } }).agents.totalCount);
    await passRequests(load, proxy.url, 20);
    const exits: (number | null)[] = [];
    for (const [index, port] of ports.entries()) {
      const old = fleet[index];
      if (old) exits.push(await terminate(old.process));
      await start(port);
      await passRequests(load, proxy.url, 20);
    }
    await load.stop();
    const report = load.report();
    await proxy.stop();
    expect(exits).toEqual([0, 0, 0]);
    expect(report.failures.slice(0, 5)).toEqual([]);
    // 1001 by the gateways, 1000 by the clients at the end.
    expect(report.closeCodes.toSorted()).toEqual([1000, 1001]);
    expect(report.eventStreams).toBeGreaterThan(2);
    expect(report.subscriptions).toBeGreaterThan(1);
  },
  240_000,
);
