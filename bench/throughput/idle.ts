import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchProcess } from './process.ts';

const INTERVAL_MS = 200;
/** Of an interval: timers and garbage collections of a server without clients. */
const MAX_IDLE_CPU_MS = 20;
/** A server that never rests is measured beside the others all the same. */
const MAX_INTERVALS = 50;

/**
 * Waits until servers have come to rest. One whose clients have gone at the end of a round goes on computing what they asked for, on the
 * core of the server that is measured next: with answers of 20 ms and 50 clients, for a second.
 */
export async function waitUntilIdle(
  servers: readonly Pick<BenchProcess, 'cpuMs'>[],
  pause: () => Promise<unknown> = () => sleep(INTERVAL_MS),
): Promise<void> {
  const total = () => servers.reduce((sum, server) => sum + server.cpuMs(), 0);
  let before = total();
  for (let interval = 0; interval < MAX_INTERVALS; interval += 1) {
    await pause();
    const now = total();
    if (now - before <= MAX_IDLE_CPU_MS) return;
    before = now;
  }
}
