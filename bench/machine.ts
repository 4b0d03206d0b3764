import { cpus, loadavg, platform, totalmem } from 'node:os';

export interface Machine {
  readonly description: string;
  /** Processes that wanted a core in the minute before the bench: near zero on a quiet machine. */
  readonly loadBefore: number;
  /** Whether others were at work on it: then absolute figures are low, and ratios scatter. */
  readonly isBusy: boolean;
}

export function describeMachine(): Machine {
  const cores = cpus().length;
  const loadBefore = Math.round((loadavg()[0] ?? 0) * 10) / 10;
  return {
    description: `${cores} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()}, Node ${process.versions.node}`,
    loadBefore,
    isBusy: loadBefore > cores / 4,
  };
}
