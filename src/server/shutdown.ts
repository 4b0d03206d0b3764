import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { sleep, withTimeout } from '../http/abort.ts';
import type { Logger } from './ports.ts';
import type { Server } from './server.ts';

/** The part of Node's `process` that is used here, so that tests can replace it. */
export interface ProcessLike {
  on(
    event: 'SIGTERM' | 'SIGINT' | 'uncaughtException' | 'unhandledRejection',
    listener: (cause: unknown) => void,
  ): unknown;
  exit(code: number): void;
}

export interface ShutdownOptions {
  readonly process: ProcessLike;
  readonly server: Pick<Server, 'beginShutdown' | 'drain'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'fatal'>;
  readonly clock: Clock;
  /** How long requests and new connections are still served while /readyz already returns 503. */
  readonly lameDuckMs: () => number;
  /** How long requests in flight may take after that. */
  readonly drainMs: () => number;
  /** Releases all other resources: caches, background work. */
  readonly close: () => Promise<void>;
}

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** Short, because the state of a process after an uncaught error is unknown. */
const DRAIN_AFTER_CRASH_MS = 5000;

/** Upper bound for `close`: none of these resources needs a clean end. */
export const CLOSE_TIMEOUT_MS = 2000;

/**
 * Shuts the process down gracefully on SIGTERM and SIGINT. The exit status is 0 if every request in flight was answered, 1 if
 * some were aborted. Only SIGTERM has the lame-duck phase. A second signal exits immediately. An uncaught error also shuts the
 * process down, with status 1, because the state it leaves is unknown.
 */
export function installSignalHandlers(options: ShutdownOptions): void {
  const { process, server, logger, clock, close } = options;
  let isShuttingDown = false;
  let hasCrashed = false;

  async function shutDown(lameDuckDelayMs: number, drainTimeoutMs: number): Promise<void> {
    server.beginShutdown();
    if (lameDuckDelayMs > 0) await sleep(lameDuckDelayMs, clock);
    // Connections and requests that have arrived by now are read first: the drain would reset them.
    await setImmediate();
    const drained = await server.drain(drainTimeoutMs);
    if (drained) logger.info({}, 'shutdown complete, all requests answered');
    else logger.warn({}, 'drain timed out, requests aborted');
    await withTimeout(
      close().catch(() => undefined),
      () => undefined,
      CLOSE_TIMEOUT_MS,
      clock,
    );
    process.exit(hasCrashed || !drained ? 1 : 0);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isShuttingDown) {
        process.exit(128 + SIGNAL_NUMBERS[signal]);
        return;
      }
      isShuttingDown = true;
      logger.info({ signal }, 'shutdown started');
      // SIGINT comes from a terminal, where no load balancer has to notice.
      void shutDown(signal === 'SIGTERM' ? options.lameDuckMs() : 0, options.drainMs());
    });
  }

  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (cause) => {
      logger.fatal({ err: cause, event }, 'uncaught error, shutting down');
      hasCrashed = true;
      if (isShuttingDown) return;
      isShuttingDown = true;
      void shutDown(0, DRAIN_AFTER_CRASH_MS);
    });
  }
}
