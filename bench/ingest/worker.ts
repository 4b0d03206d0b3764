import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { type CandidateName, candidates } from './candidates.ts';
import type { Counts } from './expected.ts';

/** What a process of its own is asked to do. */
export type Job =
  | { readonly kind: 'timing'; readonly candidate: CandidateName; readonly path: string }
  | { readonly kind: 'overhead'; readonly candidate: CandidateName; readonly path: string }
  | { readonly kind: 'idle'; readonly ms: number };

export interface Outcome {
  readonly ms: number;
  /** Of all threads, those that inflate included. */
  readonly cpuMs: number;
  readonly counts: Counts;
  /** How far the resident memory rose above what it was before the file. */
  readonly addedBytes: number;
  /** The longest that the event loop was held. */
  readonly maxLoopDelayMs: number;
  /** The most that the main thread computed without letting go of the event loop: other processes add nothing to it. */
  readonly maxLoopCpuMs: number;
}

/** Five times as often as the reader lets go of the event loop. */
const SAMPLE_MS = 1;

/** A gateway lives long, and compilers take their time: what is measured is not the first file of its kind. */
const WARM_UPS = 2;

async function runTimed(name: CandidateName, path: string): Promise<Outcome> {
  for (let i = 0; i < WARM_UPS; i++) {
    const run = await candidates[name](path);
    await run();
  }
  const run = await candidates[name](path);
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const count = await run();
  const ms = performance.now() - began;
  return {
    ms,
    cpuMs: toMs(process.cpuUsage(cpuBefore)),
    counts: count(),
    addedBytes: 0,
    maxLoopDelayMs: 0,
    maxLoopCpuMs: 0,
  };
}

/** Not warmed up: what the first file costs a gateway, compiling included. */
async function runWatched(work: () => Promise<() => Counts>): Promise<Outcome> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  let [maxLoopCpuMs, threadCpu] = [0, process.threadCpuUsage()];
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
    maxLoopCpuMs = Math.max(maxLoopCpuMs, toMs(process.threadCpuUsage(threadCpu)));
    threadCpu = process.threadCpuUsage();
  }, SAMPLE_MS);
  const delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  delays.enable();
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const count = await work();
  const ms = performance.now() - began;
  const cpuMs = toMs(process.cpuUsage(cpuBefore));
  delays.disable();
  clearInterval(sampling);
  peak = Math.max(peak, process.memoryUsage.rss());
  return { ms, cpuMs, counts: count(), addedBytes: peak - before, maxLoopDelayMs: delays.max / 1e6, maxLoopCpuMs };
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
