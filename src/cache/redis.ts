import type { RedisAddress } from '../config/redis-address.ts';
import type { Clock } from '../domain/clock.ts';
import type { CacheErrorReason, CacheOperation } from './ports.ts';
import { type AvailabilityMonitor, createAvailabilityMonitor } from './redis-availability.ts';
import type { RedisClient } from './redis-client.ts';
import { classifyRedisError, RedisTimeoutError } from './redis-errors.ts';
import { redisNamespace } from './redis-keys.ts';
import { createRedisLink, type RedisLink } from './redis-link.ts';
import { startRedisTimeout } from './redis-timeout.ts';

/** After how long without any reply a caller continues without Redis, per chunk of keys; see `startRedisTimeout`. */
export const COMMAND_TIMEOUT_MS = 100;
/**
 * How long the first connection may take. Callers wait for it: a process that starts is busy, and without Redis it would make the
 * calls that other processes of the fleet make already.
 */
const FIRST_CONNECT_TIMEOUT_MS = 2000;
/** For commands without a waiter, such as writes: they may queue after much other work of this process. */
export const WRITE_TIMEOUT_MS = 2000;
/** A connection without a reply for this long is closed, even if the operating system still considers it open. */
const DEAD_CONNECTION_MS = 10_000;
/** Replies of a server that is no longer the right one: a replica since a failover, or a node of a cluster. */
const MOVED_REASONS: ReadonlySet<CacheErrorReason> = new Set(['readonly', 'moved']);

/** Optional connection to Redis or Valkey: every call has a fallback. */
export interface RedisConnection {
  /**
   * Resolves to the result of `run`, or to `fallback` if Redis fails, does not reply within `timeoutMs` (100 ms by default)
   * or is known to be down. The timeout starts again, up to nine times, while other replies arrive. Never rejects. A result that
   * arrives after the timeout is passed to `onLateResult`. The time that the first connection takes is not part of the timeout.
   */
  readonly tryRun: <T>(
    operation: CacheOperation,
    fallback: T,
    run: (client: RedisClient) => Promise<T>,
    options?: RunOptions<T>,
  ) => Promise<T>;
  /** Runs a command without a waiter, even while Redis counts as down: other processes would wait for its effect. */
  readonly fireAndForget: (operation: CacheOperation, run: (client: RedisClient) => Promise<unknown>) => void;
  /** Disconnects immediately; every later `tryRun` resolves to its fallback. */
  readonly close: () => Promise<void>;
}

interface RunOptions<T> {
  readonly timeoutMs?: number;
  /** Whether a timeout marks Redis as down: true by default, false for a command that may be slow because it is large. */
  readonly marksDown?: boolean;
  readonly onLateResult?: (result: T) => void;
}

/** Receives the events of a connection. */
export interface RedisObserver {
  /** Receives every failed operation. */
  readonly onError: (operation: CacheOperation, error: unknown) => void;
  /** From now on no caller waits for Redis. */
  readonly onDown?: (error: unknown) => void;
  readonly onUp?: () => void;
}

/** The state of one connection. */
interface ConnectionState {
  readonly link: RedisLink;
  readonly clock: Clock;
  /** Replies to commands so far. */
  readonly replies: { count: number };
  readonly availability: AvailabilityMonitor;
  readonly reportFailure: (operation: CacheOperation, error: unknown) => void;
  /** Reports a timeout that says nothing about Redis as a whole. */
  readonly reportTimeout: (operation: CacheOperation, error: RedisTimeoutError) => void;
  /** Settles when the first attempt to connect has ended, or has taken too long. */
  readonly connecting: Promise<void>;
  readonly isConnecting: () => boolean;
  readonly isClosed: () => boolean;
}

/** Connects in the background, and again whenever the connection is lost. */
export function connectRedis(address: RedisAddress, clock: Clock, observer: RedisObserver): RedisConnection {
  let closed = false;
  const connection = startConnection(address, clock, observer, () => closed);
  const { link, availability } = connection;

  return {
    tryRun: (operation, fallback, run, options) => tryRun(connection, operation, fallback, run, options),
    fireAndForget(operation, run) {
      if (closed) return;
      void runNow(link, run).catch((error: unknown) => {
        observer.onError(operation, error);
      });
    },
    close() {
      closed = true;
      availability.stop();
      // A graceful disconnect would wait for replies, which may never arrive.
      link.discard();
      return Promise.resolve();
    },
  };
}

function startConnection(
  address: RedisAddress,
  clock: Clock,
  { onError, onDown = () => undefined, onUp = () => undefined }: RedisObserver,
  isClosed: () => boolean,
): ConnectionState {
  const reportFailure = (operation: CacheOperation, error: unknown): void => {
    onError(operation, error);
    availability.markDown(error);
  };
  const link = createRedisLink(address, (error) => {
    if (isClosed()) return;
    // Malformed replies on an open connection: the next replies would be matched to the wrong commands.
    if (link.isReady()) link.discard();
    reportFailure('connection', error);
  });
  const probe = () => probeRedis({ link, clock, connecting, isClosed }, onError);
  const availability = createAvailabilityMonitor({ clock, probe, onDown, onUp });
  let isConnecting = true;
  const connecting = connectInTime(link, clock)
    .catch((error: unknown) => {
      if (!isClosed()) reportFailure('connection', error);
    })
    .finally(() => {
      isConnecting = false;
    });
  return {
    link,
    clock,
    availability,
    reportFailure,
    connecting,
    isClosed,
    replies: { count: 0 },
    reportTimeout: onError,
    isConnecting: () => isConnecting,
  };
}

/** Rejects with a RedisTimeoutError if connecting takes too long; a probe connects again then. */
async function connectInTime(link: RedisLink, clock: Clock): Promise<void> {
  const timeout = startRedisTimeout(clock, FIRST_CONNECT_TIMEOUT_MS);
  try {
    await Promise.race([link.connect(), timeout.rejection]);
  } finally {
    timeout.cancel();
  }
}

/** Rejects without a connection. */
async function runNow<T>(link: RedisLink, run: (client: RedisClient) => Promise<T>): Promise<T> {
  return run(link.client());
}

/** Returns whether Redis takes a write in time: a read-only Redis could not grant leases. */
async function probeRedis(
  { link, clock, connecting, isClosed }: Pick<ConnectionState, 'link' | 'clock' | 'connecting' | 'isClosed'>,
  onError: RedisObserver['onError'],
): Promise<boolean> {
  const cancelTimer = clock.setTimer(DEAD_CONNECTION_MS, () => {
    link.discard();
  });
  try {
    await connecting;
    if (isClosed()) return false;
    await link.connect();
    const startedAt = clock.monotonicMs();
    await link.client().set(`${redisNamespace('probe')}::`, '', { PX: COMMAND_TIMEOUT_MS });
    return clock.monotonicMs() - startedAt < COMMAND_TIMEOUT_MS;
  } catch (error) {
    if (!isClosed()) onError('probe', error);
    // The address may belong to another server by now, or to another role.
    if (MOVED_REASONS.has(classifyRedisError(error))) link.discard();
    return false;
  } finally {
    cancelTimer();
  }
}

async function tryRun<T>(
  {
    link,
    clock,
    replies,
    availability,
    reportFailure,
    reportTimeout,
    connecting,
    isConnecting,
    isClosed,
  }: ConnectionState,
  operation: CacheOperation,
  fallback: T,
  run: (client: RedisClient) => Promise<T>,
  { timeoutMs = COMMAND_TIMEOUT_MS, marksDown = true, onLateResult }: RunOptions<T> = {},
): Promise<T> {
  if (isConnecting()) await connecting;
  if (isClosed() || availability.isDown()) return fallback;
  const timeout = startRedisTimeout(clock, timeoutMs, () => replies.count);
  try {
    const running = runNow(link, run).then((result) => {
      replies.count += 1;
      if (timeout.hasElapsed()) onLateResult?.(result);
      return result;
    });
    return await Promise.race([running, timeout.rejection]);
  } catch (error) {
    if (error instanceof RedisTimeoutError && !marksDown) reportTimeout(operation, error);
    else reportFailure(operation, error);
    return fallback;
  } finally {
    timeout.cancel();
  }
}
