import type { Clock } from '../domain/clock.ts';
import type { Logger } from './ports.ts';
import type { Server } from './server.ts';

/** As much of Node's `process` as is needed, so that tests can play it. */
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
  /** How long everything is still served, new connections included, while /readyz already says no. */
  readonly lameDuckMs: number;
  /** How long requests under way may take after that. */
  readonly drainMs: number;
  /** Lets go of everything else: caches, background work. */
  readonly close: () => Promise<void>;
}

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/** A process that is broken is not trusted for long. */
const DRAIN_AFTER_CRASH_MS = 5000;

/** Nothing of what is closed last is worth waiting for. */
const CLOSE_TIMEOUT_MS = 2000;

/**
 * Ends the process in good order on SIGTERM and SIGINT: exit status 0 when every request was answered, 1 when some had to
 * be cut off. A second signal ends it at once. What nobody caught ends it as well, with status 1, since what state it has
 * left behind is not known.
 */
export function installSignalHandlers(options: ShutdownOptions): void {
  const { process, server, logger, clock, lameDuckMs, drainMs, close } = options;
  let isShuttingDown = false;
  let hasCrashed = false;

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      clock.setTimer(ms, resolve);
    });

  async function shutDown(lameDuckDelayMs: number, drainTimeoutMs: number): Promise<void> {
    server.beginShutdown();
    if (lameDuckDelayMs > 0) await sleep(lameDuckDelayMs);
    const drained = await server.drain(drainTimeoutMs);
    if (drained) logger.info({}, 'shutdown: every request was answered');
    else logger.warn({}, 'shutdown: requests were cut off');
    await Promise.race([close().catch(() => undefined), sleep(CLOSE_TIMEOUT_MS)]);
    process.exit(hasCrashed || !drained ? 1 : 0);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isShuttingDown) {
        process.exit(128 + SIGNAL_NUMBERS[signal]);
        return;
      }
      isShuttingDown = true;
      logger.info({ signal }, 'shutdown: begun');
      void shutDown(lameDuckMs, drainMs);
    });
  }

  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (cause) => {
      logger.fatal({ err: cause, event }, 'shutdown: something failed that nobody expected');
      hasCrashed = true;
      if (isShuttingDown) return;
      isShuttingDown = true;
      void shutDown(0, DRAIN_AFTER_CRASH_MS);
    });
  }
}
