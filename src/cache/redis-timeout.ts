import type { Clock } from '../domain/clock.ts';
import { RedisTimeoutError } from './redis-errors.ts';

/**
 * In how many turns of the event loop a timeout elapses, at least. A process that is busy writes its commands and reads its
 * replies late; the time that one such turn takes beyond its share is not counted against Redis.
 */
const TURNS = 4;
/** How often a timeout starts again because replies to other commands keep arriving: Redis works through its queue. */
const MAX_EXTENSIONS = 9;

export interface RedisTimeout {
  readonly rejection: Promise<never>;
  readonly hasElapsed: () => boolean;
  readonly cancel: () => void;
}

/**
 * Starts a timeout whose `rejection` rejects with a RedisTimeoutError, unless it is cancelled before. It elapses once no
 * command has had a reply for `timeoutMs`, or after ten times as long. `countReplies` returns the replies so far.
 */
export function startRedisTimeout(clock: Clock, timeoutMs: number, countReplies: () => number = () => 0): RedisTimeout {
  let elapsed = false;
  let isCancelled = false;
  let extensionsLeft = MAX_EXTENSIONS;
  let repliesBefore = countReplies();
  let cancelTimer: () => void;
  const { promise: rejection, reject } = Promise.withResolvers<never>();
  const startTurn = (turnsLeft: number): void => {
    cancelTimer = clock.setTimer(timeoutMs / TURNS, () => {
      if (turnsLeft > 1) {
        startTurn(turnsLeft - 1);
        return;
      }
      // The reply may have arrived in this turn without being read yet.
      setImmediate(() => {
        if (isCancelled) return;
        const replies = countReplies();
        if (replies > repliesBefore && extensionsLeft > 0) {
          extensionsLeft -= 1;
          repliesBefore = replies;
          startTurn(TURNS);
          return;
        }
        elapsed = true;
        reject(new RedisTimeoutError('Redis did not answer in time'));
      });
    });
  };
  startTurn(TURNS);
  return {
    rejection,
    hasElapsed: () => elapsed,
    cancel: () => {
      isCancelled = true;
      cancelTimer();
    },
  };
}
