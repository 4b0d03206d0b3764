import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface EventLoopHold {
  /** The longest event-loop delay. */
  readonly maxDelayMs: number;
  /** The longest computation of the main thread without yielding to the event loop; independent of other processes. */
  readonly maxCpuMs: number;
}

/** Five times as often as the reader of files yields to the event loop. */
const SAMPLE_MS = 1;

/** Watches the event loop. The returned function stops it; `onSample` is called in every turn. */
export function watchEventLoop(onSample: () => void = () => undefined): () => EventLoopHold {
  let [maxCpuMs, threadCpu] = [0, process.threadCpuUsage()];
  const sample = () => {
    const { user, system } = process.threadCpuUsage(threadCpu);
    threadCpu = process.threadCpuUsage();
    maxCpuMs = Math.max(maxCpuMs, (user + system) / 1000);
    onSample();
  };
  const sampling = setInterval(sample, SAMPLE_MS);
  const delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  delays.enable();
  return () => {
    delays.disable();
    clearInterval(sampling);
    return { maxDelayMs: delays.max / 1e6, maxCpuMs };
  };
}
