import { createHash } from 'node:crypto';
import KeyvRedis, { type createClient } from '@keyv/redis';
import type { Clock } from '../domain/clock.ts';
import type { CacheOperation } from '../observability/labels.ts';
import { createPresence } from './redis-presence.ts';
import { NoAnswer } from './redis-trouble.ts';

/** Longer than this, for a portion of keys, nobody is kept waiting for Redis: it is then done without. Milliseconds. */
export const PATIENCE = 100;
/** For what nobody waits for, as writing: it may be behind much else that this process has to do. Milliseconds. */
export const LONG_PATIENCE = 2000;
/** A connection on which nothing comes for so long is given up, whatever the system still hopes of it. Milliseconds. */
const DEAD = 10_000;
/** Changes with the form of anything that is kept there: gateways of different forms share one Redis and never meet. */
const FORM = 1;

export type RedisClient = ReturnType<typeof createClient>;

/** A connection to Redis or Valkey on which nobody depends. */
export interface Redis {
  /** Keyv's door to the same connection. */
  readonly adapter: KeyvRedis<unknown>;
  /**
   * What `run` comes to, or `otherwise` when Redis fails, takes longer than `patience` (100 ms if not said otherwise), or is
   * known to be away. Never rejects. An answer that comes too late for this is given to `onLate`.
   */
  readonly attempt: <T>(
    operation: CacheOperation,
    otherwise: T,
    run: (client: RedisClient) => Promise<T>,
    manner?: { readonly patience?: number; readonly onLate?: (late: T) => void },
  ) => Promise<T>;
  /** Has it done some time, if possible: for what nobody waits for, but which others would have to wait for in vain. */
  readonly tell: (operation: CacheOperation, run: (client: RedisClient) => Promise<unknown>) => void;
  /** Lets go at once; every attempt after that comes to its `otherwise`. */
  readonly close: () => Promise<void>;
}

/** Who is told how it goes with Redis. */
export interface RedisObserver {
  /** Something came to nothing. */
  readonly onError: (operation: CacheOperation, error: unknown) => void;
  /** From now on nothing waits for Redis. */
  readonly onAway?: (error: unknown) => void;
  readonly onBack?: () => void;
}

/** Connects in the background, and again whenever the connection breaks. */
export function connectRedis(url: string, clock: Clock, observer: RedisObserver): Redis {
  const { onError, onAway = () => undefined, onBack = () => undefined } = observer;
  const adapter = new KeyvRedis<unknown>(
    { url: url.replace(/^valkey/, 'redis'), disableOfflineQueue: true, socket: { connectTimeout: 2000 } },
    { throwOnErrors: true, throwOnConnectError: false },
  );
  // It repeats what the client says, and what the attempts reject with.
  adapter.on('error', () => undefined);
  const client = adapter.client as RedisClient;
  const presence = createPresence({ clock, probe, onAway, onBack });
  let closed = false;

  function fail(operation: CacheOperation, error: unknown): void {
    onError(operation, error);
    presence.lost(error);
  }

  client.on('error', (error: unknown) => {
    if (closed) return;
    // Replies that cannot be read, on a connection that holds: the next ones would be taken for answers to other questions.
    if (client.isReady) client.destroy();
    fail('connection', error);
  });

  // At once, not with the first key: a client that is still connecting refuses whatever it is asked.
  const connecting = client.connect().then(
    () => undefined,
    (error: unknown) => {
      if (!closed) fail('connection', error);
    },
  );

  /** Writes, since a Redis that can only be read is of no use to the order in which gateways fetch. */
  async function probe(): Promise<boolean> {
    const forget = clock.after(DEAD, () => {
      if (client.isReady) client.destroy();
    });
    try {
      await connecting;
      if (!closed && !client.isOpen) await client.connect();
      const asked = clock.elapsed();
      await client.set(`${namespaceOf('probe')}::`, '', { PX: PATIENCE });
      return clock.elapsed() - asked < PATIENCE;
    } catch (error) {
      if (!closed) onError('probe', error);
      return false;
    } finally {
      forget();
    }
  }

  return {
    adapter,
    async attempt(operation, otherwise, run, { patience = PATIENCE, onLate } = {}) {
      if (closed || presence.isAway()) return otherwise;
      let late = false;
      let stop: () => void = () => undefined;
      const timeout = new Promise<never>((_resolve, reject) => {
        stop = clock.after(patience, () => {
          // Where this process itself was busy for so long, the answer may be there and only not have been read yet.
          setImmediate(() => {
            late = true;
            reject(new NoAnswer('Redis did not answer in time'));
          });
        });
      });
      try {
        // What nobody waits for any more is not begun: it would open the connection again after it was closed.
        const begun = connecting.then(async () => {
          if (late) return otherwise;
          const answer = await run(client);
          // The value changes while `run` is awaited, which the compiler does not see.
          if (late as boolean) onLate?.(answer);
          return answer;
        });
        return await Promise.race([begun, timeout]);
      } catch (error) {
        fail(operation, error);
        return otherwise;
      } finally {
        stop();
      }
    },
    tell(operation, run) {
      if (closed) return;
      run(client).catch((error: unknown) => {
        onError(operation, error);
      });
    },
    async close() {
      closed = true;
      presence.stop();
      // A polite farewell would wait for answers, which may never come.
      await adapter.disconnect(true).catch((error: unknown) => {
        onError('close', error);
      });
    },
  };
}

/** Where a kind of thing is kept. */
export function namespaceOf(kind: string): string {
  return `switchboard:${FORM}:${kind}`;
}

/** A key's name in Redis: tells nothing of what was asked, and is never too long. */
export function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
