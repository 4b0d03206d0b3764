import { createHash } from 'node:crypto';
import KeyvRedis, { type createClient } from '@keyv/redis';
import type { Clock } from '../domain/clock.ts';

/** Longer than this nobody is kept waiting for Redis: the process goes on as if it were alone. Milliseconds. */
const PATIENCE = 100;
/** For what nobody waits for, as writing: it may be behind much else that this process has to do. Milliseconds. */
export const LONG_PATIENCE = 2000;
/** After a failure Redis is left alone for so long. Milliseconds. */
const REST = 1000;
/** Changes with the form of anything that is kept there: gateways of different forms share one Redis and never meet. */
const FORM = 1;

export type RedisClient = ReturnType<typeof createClient>;

/** A connection to Redis or Valkey on which nobody depends. */
export interface Redis {
  /** Keyv's door to the same connection. */
  readonly adapter: KeyvRedis<unknown>;
  /**
   * What `run` comes to, or `otherwise` when Redis fails, takes longer than `patience` (100 ms if not said otherwise), or
   * failed a moment ago. Never rejects. An answer that comes too late for this is given to `onLate`.
   */
  readonly attempt: <T>(
    operation: string,
    otherwise: T,
    run: (client: RedisClient) => Promise<T>,
    manner?: { readonly patience?: number; readonly onLate?: (late: T) => void },
  ) => Promise<T>;
  /** Has it done some time, if possible: for what nobody waits for, but which others would have to wait for in vain. */
  readonly tell: (operation: string, run: (client: RedisClient) => Promise<unknown>) => void;
  readonly onError: (operation: string, error: unknown) => void;
  /** Lets go at once; every attempt after that comes to its `otherwise`. */
  readonly close: () => Promise<void>;
}

/** Connects in the background, and again whenever the connection breaks. */
export function connectRedis(url: string, clock: Clock, onError: (operation: string, error: unknown) => void): Redis {
  const adapter = new KeyvRedis<unknown>(
    { url: url.replace(/^valkey/, 'redis'), disableOfflineQueue: true, socket: { connectTimeout: 2000 } },
    { throwOnErrors: true, throwOnConnectError: false },
  );
  const client = adapter.client as RedisClient;
  // At once, not with the first key: a client that is still connecting refuses whatever it is asked.
  const connecting = client.connect().then(
    () => undefined,
    (error: unknown) => {
      onError('connection', error);
    },
  );
  let restUntil = -Infinity;
  let closed = false;

  return {
    adapter,
    onError,
    async attempt(operation, otherwise, run, { patience = PATIENCE, onLate } = {}) {
      if (closed || clock.elapsed() < restUntil) return otherwise;
      let late = false;
      let stop: () => void = () => undefined;
      const timeout = new Promise<never>((_resolve, reject) => {
        stop = clock.after(patience, () => {
          // Where this process itself was busy for so long, the answer may be there and only not have been read yet.
          setImmediate(() => {
            late = true;
            reject(new Error('Redis did not answer in time'));
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
        restUntil = clock.elapsed() + REST;
        onError(operation, error);
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
