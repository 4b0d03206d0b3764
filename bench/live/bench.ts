import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request as createRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/domain/clock.ts';
import { formatSandboxConfig, type SandboxConfig } from '../../src/sandbox/sandbox-config.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { vendors } from '../../src/vendors/index.ts';
import { roundTo2Decimals } from '../measure.ts';
import type { BenchOptions } from '../options.ts';
import type { Report, Row } from '../report.ts';
import { type BenchProcess, nodeCommand, startProcess } from '../throughput/process.ts';

const WATCHERS = 1000;
const INTERVAL_SECONDS = 2;
/** `observedAt` makes the answer differ after each read of the vendor. */
const DOCUMENT = `subscription { agents(first: 200, minIntervalSeconds: ${INTERVAL_SECONDS}) {
  nodes { id name presence { observedAt status { status label start } } } } }`;

interface Usage {
  readonly watchers: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly events: number;
  readonly eventKb: number;
}

/** What watchers of one wallboard cost a process: processor time for each event that is sent, and memory. */
export async function liveWatchers(options: BenchOptions): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  const fakes = Object.fromEntries(vendors.map(({ key, createFakeVendor }) => [key, createFakeVendor]));
  const sandbox = await startSandbox({ clock: systemClock, fakes });
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, formatSandboxConfig(toConfig(sandbox.config)));
  const gateway = await startProcess({
    name: 'Switchboard',
    command: nodeCommand('src/start.mjs'),
    env: { SWITCHBOARD_CONFIG: file },
    path: '/graphql',
    headers: { 'apollo-require-preflight': '1' },
  });
  try {
    const usages: Usage[] = [];
    for (const watchers of [0, 1, WATCHERS]) {
      options.progress(`${watchers} watchers`);
      usages.push(await measure(gateway, watchers, Math.max(options.seconds, 4 * INTERVAL_SECONDS)));
    }
    return toReport(usages);
  } finally {
    await gateway.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  }
}

function toConfig(config: SandboxConfig): SandboxConfig {
  const live = { maxSubscriptions: 2 * WATCHERS, maxSubscriptionsPerCaller: 2 * WATCHERS };
  const cache = { ttl: { statusLive: INTERVAL_SECONDS } };
  return Object.assign({}, config, { live, cache });
}

async function measure(gateway: BenchProcess, watchers: number, seconds: number): Promise<Usage> {
  const counts = { events: 0, bytes: 0 };
  const requests = await Promise.all(Array.from({ length: watchers }, () => watch(gateway.url, counts)));
  // The first answers are not what is measured.
  await sleep(INTERVAL_SECONDS * 1000);
  Object.assign(counts, { events: 0, bytes: 0 });
  const startedMs = gateway.cpuMs();
  await sleep(seconds * 1000);
  const cpuMs = gateway.cpuMs() - startedMs;
  const rssMb = gateway.rssMb();
  for (const request of requests) request.destroy();
  return { watchers, cpuMs, rssMb, events: counts.events, eventKb: counts.bytes / Math.max(1, counts.events) / 1000 };
}

async function watch(url: string, counts: { events: number; bytes: number }): Promise<ClientRequest> {
  const request = createRequest(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  request.on('error', () => undefined);
  request.end(JSON.stringify({ query: DOCUMENT }));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    counts.bytes += chunk.length;
    // An event ends with an empty line; so does a heartbeat, which is three bytes.
    if (chunk.length > 3 && chunk.at(-1) === 10 && chunk.at(-2) === 10) counts.events += 1;
  });
  return request;
}

function toReport(usages: readonly Usage[]): Report {
  const [idle, one, many] = usages as readonly [Usage, Usage, Usage];
  const cpuPerEventMs = (many.cpuMs - one.cpuMs) / Math.max(1, many.events - one.events);
  const kbPerWatcher = ((many.rssMb - one.rssMb) * 1024) / (many.watchers - one.watchers);
  return {
    title: `Live queries: ${many.watchers} watchers of one wallboard on one process`,
    tables: [
      {
        title: 'CPU time of the gateway while they watch, and its resident memory',
        rows: usages.map((usage): Row => ({
          watchers: usage.watchers,
          'CPU ms': Math.round(usage.cpuMs),
          'RSS MB': Math.round(usage.rssMb),
          'events received': usage.events,
          'kB an event': roundTo2Decimals(usage.eventKb),
        })),
      },
    ],
    verdicts: [],
    notes: [
      `Each further watcher: ${roundTo2Decimals(cpuPerEventMs * 1000)} µs of CPU an event, ${Math.round(kbPerWatcher)} kB of resident memory.`,
      `Without watchers: ${Math.round(idle.cpuMs)} ms of CPU. The clients share the machine; CPU time does not depend on them.`,
    ],
  };
}
