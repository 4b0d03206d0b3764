import { cpus, loadavg, platform, totalmem } from 'node:os';

export interface Machine {
  readonly description: string;
  /** The load average of the minute before the benchmark: near zero on an idle machine. */
  readonly loadBefore: number;
  /** Whether other processes were running: then absolute figures are too low, and ratios vary. */
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
