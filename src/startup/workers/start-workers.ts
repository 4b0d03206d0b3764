import type { Clock } from '../../domain/clock.ts';
import type { LogSink } from '../../observability/log-sink.ts';
import type { LevelledLogger } from '../../observability/logger.ts';
import { forkWorker } from './cluster.ts';
import { superviseWorkers } from './supervisor.ts';

export interface StartWorkersOptions {
  readonly count: number;
  readonly clock: Clock;
  readonly logger: LevelledLogger;
  readonly output: LogSink;
  /** Called once signals are passed on to workers. */
  readonly startupComplete: () => void;
  /** Called when all workers are ready. */
  readonly onReady: (url: string) => void;
}

/** A timer that keeps this process alive while all workers have ended and new ones are to be started later. */
const KEEP_ALIVE_MS = 2 ** 30;

/** Makes this process the primary of workers. It ends, with the highest of their exit statuses, when they have ended after a signal. */
export function startWorkers({ count, clock, logger, output, startupComplete, onReady }: StartWorkersOptions): void {
  const keepAlive = setInterval(() => undefined, KEEP_ALIVE_MS);
  const supervisor = superviseWorkers({
    count,
    fork: (listensAtOnce) =>
      forkWorker(listensAtOnce, (lines) => {
        output.write(lines);
      }),
    clock,
    logger,
    onReady,
    onEnd: (status) => {
      clearInterval(keepAlive);
      void output.flush().finally(() => process.exit(status));
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      supervisor.signal(signal);
    });
  }
  process.on('SIGHUP', supervisor.reload);
  startupComplete();
}
