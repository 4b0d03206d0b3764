import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/* Asks for the health of the gateway during the load, on a thread of its own, so that the clients do not delay it. */

const INTERVAL_MS = 100;
const PATHS = ['/healthz', '/readyz'];

const { origin, seconds } = workerData as { readonly origin: string; readonly seconds: number };
const worstMs: Record<string, number> = {};

// The first request of a process loads and compiles its HTTP client, which is no delay of the gateway.
for (const path of PATHS) await fetch(origin + path).then((response) => response.arrayBuffer());
parentPort?.postMessage('ready');

const deadline = performance.now() + seconds * 1000;
while (performance.now() < deadline) {
  for (const path of PATHS) {
    const startedAt = performance.now();
    const response = await fetch(origin + path).catch(() => null);
    await response?.arrayBuffer();
    // A probe that is not answered with 200 restarts the process or takes it out of service.
    const ms = response?.ok === true ? performance.now() - startedAt : Infinity;
    worstMs[path] = Math.max(worstMs[path] ?? 0, ms);
  }
  await sleep(INTERVAL_MS);
}
parentPort?.postMessage(worstMs);
