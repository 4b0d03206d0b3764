import { createHash } from 'node:crypto';
import KeyvRedis, { type createClient } from '@keyv/redis';
import type { Clock } from '../domain/clock.ts';
import type { CacheOperation } from './ports.ts';
import { createAvailabilityMonitor } from './redis-availability.ts';
import { RedisTimeoutError } from './redis-errors.ts';

/** Longer than this, for a portion of keys, nobody is kept waiting for Redis: it is then done without. Milliseconds. */
export const COMMAND_TIMEOUT_MS = 100;
/** For what nobody waits for, as writing: it may be behind much else that this process has to do. Milliseconds. */
export const WRITE_TIMEOUT_MS = 2000;
/** A connection on which nothing comes for so long is given up, whatever the system still hopes of it. Milliseconds. */
const DEAD_CONNECTION_MS = 10_000;
/** Changes with the form of anything that is kept there: gateways of different forms share one Redis and never meet. */
const SCHEMA_VERSION = 1;

export type RedisClient = ReturnType<typeof createClient>;

/** A connection to Redis or Valkey on which nobody depends. */
export interface RedisConnection {
  /** Keyv's door to the same connection. */
  readonly adapter: KeyvRedis<unknown>;
  /**
   * What `run` comes to, or `otherwise` when Redis fails, takes longer than `patience` (100 ms if not said otherwise), or is
   * known to be away. Never rejects. An answer that comes too late for this is given to `onLate`.
   */
  readonly tryRun: <T>(
    operation: CacheOperation,
    fallback: T,
    run: (client: RedisClient) => Promise<T>,
    options?: { readonly timeoutMs?: number; readonly onLateResult?: (result: T) => void },
  ) => Promise<T>;
  /** Has it done some time, if possible: for what nobody waits for, but which others would have to wait for in vain. */
  readonly fireAndForget: (operation: CacheOperation, run: (client: RedisClient) => Promise<unknown>) => void;
  /** Lets go at once; every attempt after that comes to its `otherwise`. */
  readonly close: () => Promise<void>;
}

/** Who is told how it goes with Redis. */
export interface RedisObserver {
  /** Something came to nothing. */
  readonly onError: (operation: CacheOperation, error: unknown) => void;
  /** From now on nothing waits for Redis. */
  readonly onDown?: (error: unknown) => void;
  readonly onUp?: () => void;
}

/** Connects in the background, and again whenever the connection breaks. */
export function connectRedis(url: string, clock: Clock, observer: RedisObserver): RedisConnection {
  const { onError, onDown = () => undefined, onUp = () => undefined } = observer;
  const adapter = new KeyvRedis<unknown>(
    { url: url.replace(/^valkey/, 'redis'), disableOfflineQueue: true, socket: { connectTimeout: 2000 } },
    { throwOnErrors: true, throwOnConnectError: false },
  );
  // It repeats what the client says, and what the attempts reject with.
  adapter.on('error', () => undefined);
  const client = adapter.client as RedisClient;
  const availability = createAvailabilityMonitor({ clock, probe, onDown, onUp });
  let closed = false;

  function reportFailure(operation: CacheOperation, error: unknown): void {
    onError(operation, error);
    availability.markDown(error);
  }

  client.on('error', (error: unknown) => {
    if (closed) return;
    // Replies that cannot be read, on a connection that holds: the next ones would be taken for answers to other questions.
    if (client.isReady) client.destroy();
    reportFailure('connection', error);
  });

  // At once, not with the first key: a client that is still connecting refuses whatever it is asked.
  const connecting = client.connect().then(
    () => undefined,
    (error: unknown) => {
      if (!closed) reportFailure('connection', error);
    },
  );

  /** Writes, since a Redis that can only be read is of no use to the order in which gateways fetch. */
  async function probe(): Promise<boolean> {
    const cancelTimer = clock.setTimer(DEAD_CONNECTION_MS, () => {
      if (client.isReady) client.destroy();
    });
    try {
      await connecting;
      if (!closed && !client.isOpen) await client.connect();
      const startedAt = clock.monotonicMs();
      await client.set(`${redisNamespace('probe')}::`, '', { PX: COMMAND_TIMEOUT_MS });
      return clock.monotonicMs() - startedAt < COMMAND_TIMEOUT_MS;
    } catch (error) {
      if (!closed) onError('probe', error);
      return false;
    } finally {
      cancelTimer();
    }
  }

  return {
    adapter,
    async tryRun(operation, fallback, run, { timeoutMs = COMMAND_TIMEOUT_MS, onLateResult } = {}) {
      if (closed || availability.isDown()) return fallback;
      let timedOut = false;
      let cancelTimer: () => void = () => undefined;
      const timeout = new Promise<never>((_resolve, reject) => {
        cancelTimer = clock.setTimer(timeoutMs, () => {
          // Where this process itself was busy for so long, the answer may be there and only not have been read yet.
          setImmediate(() => {
            timedOut = true;
            reject(new RedisTimeoutError('Redis did not answer in time'));
          });
        });
      });
      try {
        // What nobody waits for any more is not begun: it would open the connection again after it was closed.
        const running = connecting.then(async () => {
          if (timedOut) return fallback;
          const result = await run(client);
          // The value changes while `run` is awaited, which the compiler does not see.
          if (timedOut as boolean) onLateResult?.(result);
          return result;
        });
        return await Promise.race([running, timeout]);
      } catch (error) {
        reportFailure(operation, error);
        return fallback;
      } finally {
        cancelTimer();
      }
    },
    fireAndForget(operation, run) {
      if (closed) return;
      run(client).catch((error: unknown) => {
        onError(operation, error);
      });
    },
    async close() {
      closed = true;
      availability.stop();
      // A polite farewell would wait for answers, which may never come.
      await adapter.disconnect(true).catch((error: unknown) => {
        onError('close', error);
      });
    },
  };
}

/** Where a kind of thing is kept. */
export function redisNamespace(kind: string): string {
  return `switchboard:${SCHEMA_VERSION}:${kind}`;
}

/** A key's name in Redis: tells nothing of what was asked, and is never too long. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
