import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createShiftedDate } from './shifted-date.ts';

/*
 * Preloaded into every gateway of the soak (`node --import gateway-probe.ts?shift=MS`): shifts the wall clock and reports the
 * process's resources, both on request of the parent process. It ends the gateway when the parent process is gone.
 */

export type ProbeRequest = { readonly kind: 'measure' } | { readonly kind: 'shift'; readonly shiftMs: number };

/** What a process holds after garbage collection, and the event-loop delay since the last measurement. */
export interface Measurement {
  readonly heapMb: number;
  readonly externalMb: number;
  readonly rssMb: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
}

const MB = 2 ** 20;
const NS_PER_MS = 1e6;

let shiftMs = Number(new URL(import.meta.url).searchParams.get('shift'));
globalThis.Date = createShiftedDate(Date, () => shiftMs);

const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();

function measure(): Measurement {
  const delay = { loopP99Ms: loopDelay.percentile(99) / NS_PER_MS, loopMaxMs: loopDelay.max / NS_PER_MS };
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  // The collection above is not a delay of the gateway's own.
  setImmediate(() => {
    loopDelay.reset();
  });
  return { heapMb: heapUsed / MB, externalMb: external / MB, rssMb: rss / MB, ...delay };
}

process.on('message', (request: ProbeRequest) => {
  if (request.kind === 'shift') ({ shiftMs } = request);
  process.send?.(request.kind === 'measure' ? measure() : { shiftMs });
});
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
