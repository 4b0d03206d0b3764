import type { Clock } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';
import type { Logger } from '../../server/ports.ts';
import type { MessageToPrimary, MessageToWorker, ShutdownSignal } from './messages.ts';
import { createReportCollector } from './report-collector.ts';

/** A worker process, as far as it is used, so that tests can replace it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  readonly send: (message: MessageToWorker) => void;
  readonly onMessage: (listener: (message: MessageToPrimary) => void) => void;
  /** Once the process has ended and its log has been read. */
  readonly onEnd: (listener: (code: number | null, signal: string | null) => void) => void;
}

export interface SupervisorOptions {
  /** How many workers to run. */
  readonly count: number;
  /** Starts a worker. The first one listens at once; later ones do when they are ready. */
  readonly fork: (listensAtOnce: boolean) => WorkerProcess;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Called when all workers are ready for the first time. */
  readonly onReady: (url: string) => void;
  /** Called with the exit status of the whole when no worker is left. */
  readonly onEnd: (status: number) => void;
}

export interface Supervisor {
  /** Makes all workers read the configuration again; those that start later read it anyway. */
  readonly reload: () => void;
  /** Passes a signal on to all workers, and starts none from then on. */
  readonly signal: (signal: ShutdownSignal) => void;
}

/** A worker that ends is replaced at once, but after repeated ends within this time only after longer and longer delays. */
const STABLE_MS = 60 * SECOND;
const MAX_RESTART_DELAY_MS = 30 * SECOND;

/**
 * Runs workers and replaces those that end. Where the first one ends before it was ever ready, as with a configuration error or a
 * port in use, all ends with its exit status.
 */
export function superviseWorkers({ count, fork, clock, logger, onReady, onEnd }: SupervisorOptions): Supervisor {
  /** The running workers, and whether each is ready. */
  const workers = new Map<WorkerProcess, boolean>();
  const collector = createReportCollector<WorkerProcess>(
    (worker, id) => {
      worker.send({ type: 'reportRequest', id });
    },
    clock,
    (missing) => {
      logger.warn({ pids: missing.map(({ pid }) => pid) }, 'workers missing in /metrics');
    },
  );
  const pendingStarts = new Set<() => void>();
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';
  let status = 0;
  let recentEnds = 0;
  let lastEndMs = -Infinity;

  function start(listensAtOnce: boolean): void {
    const worker = fork(listensAtOnce);
    workers.set(worker, false);
    worker.onMessage((message) => {
      receive(worker, message);
    });
    worker.onEnd((code, signal) => {
      ended(worker, code, signal);
    });
  }

  function receive(worker: WorkerProcess, message: MessageToPrimary): void {
    if (message.type === 'ready') becameReady(worker, message.url);
    else if (message.type === 'report') collector.reported(worker, message.id, message.report);
    else {
      const others = [...workers].filter(([each, isReady]) => isReady && each !== worker).map(([each]) => each);
      collector.collect({ worker, report: message.report }, others, (reports) => {
        worker.send({ type: 'reports', id: message.id, reports });
      });
    }
  }

  function becameReady(worker: WorkerProcess, url: string): void {
    const isFirst = [...workers.values()].every((isReady) => !isReady) && workers.size === 1;
    workers.set(worker, true);
    if (phase === 'serving') worker.send({ type: 'allReady' });
    if (phase !== 'starting') return;
    if (isFirst) for (let i = 1; i < count; i += 1) start(false);
    if (workers.size < count || [...workers.values()].includes(false)) return;
    phase = 'serving';
    for (const each of workers.keys()) each.send({ type: 'allReady' });
    onReady(url);
  }

  function ended(worker: WorkerProcess, code: number | null, signal: string | null): void {
    const hadAnyReady = [...workers.values()].includes(true);
    workers.delete(worker);
    collector.ended(worker);
    if (phase === 'starting' && !hadAnyReady) phase = 'stopping';
    if (phase === 'stopping') {
      status = Math.max(status, code ?? 1);
      if (workers.size === 0) onEnd(status);
      return;
    }
    const delayMs = nextDelayMs();
    logger.warn({ pid: worker.pid, code, signal, delayMs }, 'worker ended, starting another');
    const cancel = clock.setTimer(delayMs, () => {
      pendingStarts.delete(cancel);
      start(false);
    });
    pendingStarts.add(cancel);
  }

  function nextDelayMs(): number {
    const now = clock.monotonicMs();
    recentEnds = now - lastEndMs < STABLE_MS ? recentEnds + 1 : 0;
    lastEndMs = now;
    return recentEnds === 0 ? 0 : Math.min(MAX_RESTART_DELAY_MS, 2 ** (recentEnds - 1) * SECOND);
  }

  start(true);
  return {
    reload: () => {
      for (const worker of workers.keys()) worker.send({ type: 'reload' });
    },
    signal: (signal) => {
      phase = 'stopping';
      for (const cancel of pendingStarts) cancel();
      for (const worker of workers.keys()) worker.send({ type: 'signal', signal });
      if (workers.size === 0) onEnd(status);
    },
  };
}
