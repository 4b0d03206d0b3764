import { setTimeout } from 'node:timers/promises';
import { watchEventLoop } from '../event-loop.ts';
import { type CandidateName, candidates } from './candidates.ts';
import type { Counts } from './expected.ts';

/** A job for a worker process. */
export type Job =
  | { readonly kind: 'timing'; readonly candidate: CandidateName; readonly path: string }
  | { readonly kind: 'overhead'; readonly candidate: CandidateName; readonly path: string }
  | { readonly kind: 'idle'; readonly ms: number };

export interface Outcome {
  readonly ms: number;
  /** CPU time of all threads, including those that inflate. */
  readonly cpuMs: number;
  readonly counts: Counts;
  /** Peak growth of the resident memory while the file is read. */
  readonly addedBytes: number;
  /** The longest event-loop delay. */
  readonly maxLoopDelayMs: number;
  /** The longest computation of the main thread without yielding to the event loop; independent of other processes. */
  readonly maxLoopCpuMs: number;
}

/** Warm-up runs, because a gateway is long-lived: the JIT has compiled the reader before most files. */
const WARM_UPS = 2;

async function runTimed(name: CandidateName, path: string): Promise<Outcome> {
  for (let i = 0; i < WARM_UPS; i++) {
    const run = await candidates[name](path);
    await run();
  }
  const run = await candidates[name](path);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const count = await run();
  const ms = performance.now() - startedAt;
  return {
    ms,
    cpuMs: toMs(process.cpuUsage(cpuBefore)),
    counts: await count(),
    addedBytes: 0,
    maxLoopDelayMs: 0,
    maxLoopCpuMs: 0,
  };
}

/** Without warm-up: the cost of a gateway's first file, including compilation. */
async function runWatched(work: () => Promise<() => Counts | Promise<Counts>>): Promise<Outcome> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const stopWatching = watchEventLoop(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  });
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const count = await work();
  const ms = performance.now() - startedAt;
  const cpuMs = toMs(process.cpuUsage(cpuBefore));
  const { maxDelayMs, maxCpuMs } = stopWatching();
  peak = Math.max(peak, process.memoryUsage.rss());
  return {
    ms,
    cpuMs,
    counts: await count(),
    addedBytes: peak - before,
    maxLoopDelayMs: maxDelayMs,
    maxLoopCpuMs: maxCpuMs,
  };
}

function toMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

async function handleJob(job: Job): Promise<Outcome> {
  switch (job.kind) {
    case 'timing':
      return runTimed(job.candidate, job.path);
    case 'overhead':
      return runWatched(await candidates[job.candidate](job.path));
    case 'idle':
      return runWatched(async () => {
        await setTimeout(job.ms);
        return () => ({});
      });
  }
}

process.once('message', (job: Job) => {
  void handleJob(job).then((outcome) => {
    process.send?.(outcome);
    process.disconnect?.();
  });
});
