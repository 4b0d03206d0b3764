import KeyvRedis, { type createClient } from '@keyv/redis';
import type { Clock } from '../domain/clock.ts';
import type { CacheOperation } from './ports.ts';
import { type AvailabilityMonitor, createAvailabilityMonitor } from './redis-availability.ts';
import { RedisTimeoutError } from './redis-errors.ts';
import { redisNamespace } from './redis-keys.ts';

/** How long a caller waits for Redis, per chunk of keys, before it continues without it. */
export const COMMAND_TIMEOUT_MS = 100;
/** For commands without a waiter, such as writes: they may queue after much other work of this process. */
export const WRITE_TIMEOUT_MS = 2000;
/** A connection without a reply for this long is closed, even if the operating system still considers it open. */
const DEAD_CONNECTION_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2000;

export type RedisClient = ReturnType<typeof createClient>;

/** Optional connection to Redis or Valkey: every call has a fallback. */
export interface RedisConnection {
  /** Keyv adapter on the same connection. */
  readonly adapter: KeyvRedis<unknown>;
  /**
   * Resolves to the result of `run`, or to `fallback` if Redis fails, takes longer than `timeoutMs` (100 ms by default) or is
   * known to be down. Never rejects. A result that arrives after the timeout is passed to `onLateResult`.
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
interface Connection {
  readonly adapter: KeyvRedis<unknown>;
  readonly client: RedisClient;
  readonly clock: Clock;
  readonly availability: AvailabilityMonitor;
  readonly reportFailure: (operation: CacheOperation, error: unknown) => void;
  /** Reports a timeout that says nothing about Redis as a whole. */
  readonly reportTimeout: (operation: CacheOperation, error: RedisTimeoutError) => void;
  /** Settles when the first attempt to connect has ended. */
  readonly connecting: Promise<void>;
  readonly isClosed: () => boolean;
}

/** Connects in the background, and again whenever the connection is lost. */
export function connectRedis(url: string, clock: Clock, observer: RedisObserver): RedisConnection {
  const { onError, onDown = () => undefined, onUp = () => undefined } = observer;
  const adapter = createAdapter(url);
  const client = adapter.client as RedisClient;
  let closed = false;
  const isClosed = () => closed;
  const probe = () => probeRedis({ client, clock, connecting, isClosed }, onError);
  const availability = createAvailabilityMonitor({ clock, probe, onDown, onUp });
  const reportFailure = (operation: CacheOperation, error: unknown): void => {
    onError(operation, error);
    availability.markDown(error);
  };
  const connecting = startConnecting(client, reportFailure, isClosed);
  const reporting = { reportFailure, reportTimeout: onError };
  const connection: Connection = { adapter, client, clock, availability, ...reporting, connecting, isClosed };

  return {
    adapter,
    tryRun: (operation, fallback, run, options) => tryRun(connection, operation, fallback, run, options),
    fireAndForget(operation, run) {
      if (closed) return;
      run(client).catch((error: unknown) => {
        onError(operation, error);
      });
    },
    async close() {
      closed = true;
      availability.stop();
      // A graceful disconnect would wait for replies, which may never arrive.
      await adapter.disconnect(true).catch((error: unknown) => {
        onError('close', error);
      });
    },
  };
}

function createAdapter(url: string): KeyvRedis<unknown> {
  const adapter = new KeyvRedis<unknown>(
    {
      url: url.replace(/^valkey/, 'redis'),
      disableOfflineQueue: true,
      socket: { connectTimeout: CONNECT_TIMEOUT_MS },
    },
    { throwOnErrors: true, throwOnConnectError: false },
  );
  // Repeats the client's errors and the rejections of the commands.
  adapter.on('error', () => undefined);
  return adapter;
}

function startConnecting(
  client: RedisClient,
  reportFailure: Connection['reportFailure'],
  isClosed: () => boolean,
): Promise<void> {
  client.on('error', (error: unknown) => {
    if (isClosed()) return;
    // Malformed replies on an open connection: the next replies would be matched to the wrong commands.
    if (client.isReady) client.destroy();
    reportFailure('connection', error);
  });
  // Immediately, not with the first command: a client that is still connecting rejects every command.
  return client.connect().then(
    () => undefined,
    (error: unknown) => {
      if (!isClosed()) reportFailure('connection', error);
    },
  );
}

/** Returns whether Redis takes a write in time: a read-only Redis could not grant leases. */
async function probeRedis(
  { client, clock, connecting, isClosed }: Pick<Connection, 'client' | 'clock' | 'connecting' | 'isClosed'>,
  onError: RedisObserver['onError'],
): Promise<boolean> {
  const cancelTimer = clock.setTimer(DEAD_CONNECTION_MS, () => {
    if (client.isReady) client.destroy();
  });
  try {
    await connecting;
    if (!isClosed() && !client.isOpen) await client.connect();
    const startedAt = clock.monotonicMs();
    await client.set(`${redisNamespace('probe')}::`, '', { PX: COMMAND_TIMEOUT_MS });
    return clock.monotonicMs() - startedAt < COMMAND_TIMEOUT_MS;
  } catch (error) {
    if (!isClosed()) onError('probe', error);
    return false;
  } finally {
    cancelTimer();
  }
}

async function tryRun<T>(
  { client, clock, availability, reportFailure, reportTimeout, connecting, isClosed }: Connection,
  operation: CacheOperation,
  fallback: T,
  run: (client: RedisClient) => Promise<T>,
  { timeoutMs = COMMAND_TIMEOUT_MS, marksDown = true, onLateResult }: RunOptions<T> = {},
): Promise<T> {
  if (isClosed() || availability.isDown()) return fallback;
  const timeout = startTimeout(clock, timeoutMs);
  try {
    const running = connecting.then(async () => {
      // A command without a waiter is not sent: it would reopen a connection that was closed.
      if (timeout.hasElapsed()) return fallback;
      const result = await run(client);
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

interface Timeout {
  readonly rejection: Promise<never>;
  readonly hasElapsed: () => boolean;
  readonly cancel: () => void;
}

function startTimeout(clock: Clock, timeoutMs: number): Timeout {
  let elapsed = false;
  const { promise: rejection, reject } = Promise.withResolvers<never>();
  const cancel = clock.setTimer(timeoutMs, () => {
    // If this process was busy for that long, the reply may have arrived without being read yet.
    setImmediate(() => {
      elapsed = true;
      reject(new RedisTimeoutError('Redis did not answer in time'));
    });
  });
  return { rejection, hasElapsed: () => elapsed, cancel };
}
