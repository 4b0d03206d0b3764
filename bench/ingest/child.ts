import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { type ContestantName, contestants } from './contestants.ts';
import type { Proof } from './truth.ts';

/** What a process of its own is asked to do. */
export type Order =
  | { readonly what: 'race'; readonly who: ContestantName; readonly path: string }
  | { readonly what: 'burden'; readonly who: ContestantName; readonly path: string }
  | { readonly what: 'idle'; readonly ms: number };

export interface Outcome {
  readonly ms: number;
  /** Of all threads, those that inflate included. */
  readonly cpuMs: number;
  readonly proof: Proof;
  /** How far the resident memory rose above what it was before the file. */
  readonly addedBytes: number;
  /** The longest that the event loop was held. */
  readonly heldMs: number;
  /** The most that the main thread computed without letting go of the event loop: other processes add nothing to it. */
  readonly heldCpuMs: number;
}

/** Five times as often as the reader lets go of the event loop. */
const SAMPLE_MS = 1;

/** A gateway lives long, and compilers take their time: what is measured is not the first file of its kind. */
const WARM_UPS = 2;

async function race(who: ContestantName, path: string): Promise<Outcome> {
  for (let i = 0; i < WARM_UPS; i++) {
    const run = await contestants[who](path);
    await run();
  }
  const run = await contestants[who](path);
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const count = await run();
  const ms = performance.now() - began;
  return { ms, cpuMs: millis(process.cpuUsage(cpuBefore)), proof: count(), addedBytes: 0, heldMs: 0, heldCpuMs: 0 };
}

/** Not warmed up: what the first file costs a gateway, compiling included. */
async function burden(work: () => Promise<() => Proof>): Promise<Outcome> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  let [heldCpuMs, threadCpu] = [0, process.threadCpuUsage()];
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
    heldCpuMs = Math.max(heldCpuMs, millis(process.threadCpuUsage(threadCpu)));
    threadCpu = process.threadCpuUsage();
  }, SAMPLE_MS);
  const delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  delays.enable();
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const count = await work();
  const ms = performance.now() - began;
  const cpuMs = millis(process.cpuUsage(cpuBefore));
  delays.disable();
  clearInterval(sampling);
  most = Math.max(most, process.memoryUsage.rss());
  return { ms, cpuMs, proof: count(), addedBytes: most - before, heldMs: delays.max / 1e6, heldCpuMs };
}

function millis({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

async function obey(order: Order): Promise<Outcome> {
  switch (order.what) {
    case 'race':
      return race(order.who, order.path);
    case 'burden':
      return burden(await contestants[order.who](order.path));
    case 'idle':
      return burden(async () => {
        await setTimeout(order.ms);
        return () => ({});
      });
  }
}

process.once('message', (order: Order) => {
  void obey(order).then((outcome) => {
    process.send?.(outcome);
    process.disconnect?.();
  });
});
