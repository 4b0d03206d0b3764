import type { Clock } from '../domain/clock.ts';
import { type MaybePromise, rejectThrown } from '../domain/maybe-promise.ts';
import { MINUTE } from '../domain/time.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { createCallQueue, type QueuedCall } from './call-queue.ts';
import type { PastAllowance } from './past-allowance.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { CallPriority, OnQuotaWait } from './types.ts';

/** A call that waits for its start. */
export interface ScheduledCall extends QueuedCall {
  readonly signal: AbortSignal;
  /** The monotonic time in milliseconds until which the call waits for the rate limit; absent: as long as it is wanted. */
  readonly waitUntilMs?: (() => number) | undefined;
  /** Calls back once a call of a past range is to take its turn as one of live data. Returns how to unsubscribe. */
  readonly onUrgent?: ((callback: () => void) => () => void) | undefined;
  /** Called each time that the rate limit has no start for the call. */
  readonly onQuotaWait?: OnQuotaWait | undefined;
}

export interface CallSchedulerOptions<Call extends ScheduledCall, Permit> {
  readonly concurrency: number;
  /** How many calls of one caller may wait. */
  readonly maxQueued: number;
  readonly requestsPerMinute: number | undefined;
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly pastAllowance: PastAllowance;
  /** Milliseconds for which no call of the account may start, whatever the rate limit allows. */
  readonly heldBackMs: () => number | Promise<number>;
  /** Permits the call to start, or throws the reason why it must not. */
  readonly permit: (call: Call) => Permit;
  /** Why the call cannot start shortly, such as an open circuit; null when it can. */
  readonly rejection: (call: Call) => VendorError | null;
  readonly createQuotaError: (call: Call, retryAfterMs: number) => VendorError;
}

/** What an admitted call gets. */
export interface Start<Permit> {
  readonly permit: Permit;
  readonly releaseSlot: () => void;
}

/**
 * Starts an account's calls in the order of its queue, each when a slot is free and the rate limit allows one more. No call
 * takes a start of the rate limit or a slot before its turn.
 */
export interface CallScheduler<Call extends ScheduledCall, Permit> {
  /**
   * Returns the start of a call that need not wait; else resolves when the call may start. Rejects with the signal's reason when it is aborted while waiting, with QueueFullError
   * when the caller has too many calls waiting, with the quota error once no start can come before `waitUntilMs`, and with
   * the rejection once there is one.
   */
  readonly acquire: (call: Call) => MaybePromise<Start<Permit>>;
  /** Rejects the waiting calls that cannot start shortly. */
  readonly rejectWaiting: () => void;
  readonly waiting: (priority: QueuedCall['priority']) => number;
}

export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

interface Entry<Call extends ScheduledCall, Permit> extends QueuedCall {
  readonly call: Call;
  readonly resolve: (start: Start<Permit>) => void;
  readonly reject: (error: unknown) => void;
  priority: CallPriority;
  isSettled: boolean;
  unsubscribe: (() => void) | undefined;
}

export function createCallScheduler<Call extends ScheduledCall, Permit>(
  options: CallSchedulerOptions<Call, Permit>,
): CallScheduler<Call, Permit> {
  const { clock, limiter, pastAllowance } = options;
  const queue = createCallQueue<Entry<Call, Permit>>();
  let free = options.concurrency;
  let isStarting = false;
  let blockedUntilMs = -Infinity;
  let cancelPending: (() => void) | null = null;

  function cancelTimer(): void {
    cancelPending?.();
    cancelPending = null;
  }

  function createRelease(): () => void {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      free += 1;
      if (queue.size() > 0) void startCalls();
    };
  }

  function remove(entry: Entry<Call, Permit>): void {
    queue.remove(entry);
    if (queue.size() === 0) cancelTimer();
  }

  /**
   * Starts calls while there are slots and starts, then sets a timer for the next start. `firstStart` was already taken from the
   * rate limit for the first call.
   */
  async function startCalls(firstStart?: number | Promise<number>): Promise<void> {
    // The running loop sees new calls and slots by itself.
    if (isStarting) return;
    isStarting = true;
    cancelTimer();
    // A start that was taken from the rate limit for a call that must not be made goes to the next one.
    let hasStart = false;
    let takenBefore = firstStart;
    try {
      while (free > 0 && queue.size() > 0) {
        const pastMs = queue.size('past') > 0 ? pastAllowance.waitMs() : 0;
        if (pastMs > 0 && queue.size('live') === 0) {
          block(pastMs);
          break;
        }
        const taken = hasStart ? 0 : (takenBefore ?? takeStart());
        takenBefore = undefined;
        const waitMs = typeof taken === 'number' ? taken : await taken;
        if (waitMs > 0) {
          blockedUntilMs = clock.monotonicMs() + waitMs;
          block(waitMs);
          break;
        }
        hasStart = !startNext(pastMs > 0);
      }
    } finally {
      isStarting = false;
    }
  }

  function takeStart(): number | Promise<number> {
    const heldBackMs = options.heldBackMs();
    if (typeof heldBackMs === 'number') return heldBackMs > 0 ? heldBackMs : limiter.take();
    return heldBackMs.then((ms) => (ms > 0 ? ms : limiter.take()));
  }

  function start(call: Call): Start<Permit> {
    const permit = options.permit(call);
    free -= 1;
    pastAllowance.recordStart(call.priority);
    return { permit, releaseSlot: createRelease() };
  }

  /** Returns whether a call has started. */
  function startNext(isLiveOnly: boolean): boolean {
    const entry = queue.dequeue(isLiveOnly);
    if (!entry) return false;
    try {
      entry.resolve(start(entry.call));
      return true;
    } catch (error) {
      entry.reject(error);
      return false;
    }
  }

  /** No waiting call can start before `ms` have passed. */
  function block(ms: number): void {
    const untilMs = clock.monotonicMs() + ms;
    for (const entry of queue.calls()) tellWait(entry, untilMs);
    resumeAt(untilMs);
  }

  function resumeAt(untilMs: number): void {
    if (queue.size() > 0) cancelPending ??= clock.setTimer(untilMs - clock.monotonicMs(), () => void startCalls());
  }

  /** Notifies a call that it waits for the rate limit, and rejects it if it does not wait that long. */
  function tellWait(entry: Entry<Call, Permit>, untilMs: number): void {
    const { call } = entry;
    const createError = (): VendorError => {
      const minutesAhead = Math.floor(queue.countAhead(entry) / (options.requestsPerMinute ?? Infinity));
      return options.createQuotaError(call, Math.max(0, untilMs - clock.monotonicMs()) + minutesAhead * MINUTE);
    };
    call.onQuotaWait?.(createError, untilMs);
    if ((call.waitUntilMs?.() ?? Infinity) >= untilMs) return;
    const error = createError();
    remove(entry);
    entry.reject(error);
  }

  /** Whether no other call goes before this one, and nothing but the rate limit can hold it back. */
  function isNext({ priority }: Call): boolean {
    if (isStarting || free === 0 || queue.size() > 0 || blockedUntilMs > clock.monotonicMs()) return false;
    return priority === 'live' || pastAllowance.waitMs() <= 0;
  }

  function enqueue(entry: Entry<Call, Permit>, taken?: number | Promise<number>): void {
    const displaced = queue.enqueue(entry, options.maxQueued + free);
    displaced?.reject(new QueueFullError());
    if (displaced === entry) return;
    if (free > 0 && blockedUntilMs > clock.monotonicMs()) {
      tellWait(entry, blockedUntilMs);
      resumeAt(blockedUntilMs);
    } else {
      void startCalls(taken);
    }
  }

  /** Lets a waiting call of a past range take its turn as one of live data. */
  function raise(entry: Entry<Call, Permit>): void {
    remove(entry);
    entry.priority = 'live';
    enqueue(entry);
  }

  /** Waits in the queue for the call's turn. */
  function wait(call: Call, taken?: number | Promise<number>): Promise<Start<Permit>> {
    const { signal, fairnessKey, priority, lastAskedAt } = call;
    return new Promise<Start<Permit>>((resolve, reject) => {
      const onAbort = (): void => {
        remove(entry);
        entry.reject(signal.reason);
      };
      const settle = <T>(callback: (value: T) => void) => {
        return (value: T): void => {
          entry.isSettled = true;
          signal.removeEventListener('abort', onAbort);
          entry.unsubscribe?.();
          callback(value);
        };
      };
      const entry: Entry<Call, Permit> = {
        fairnessKey,
        priority,
        lastAskedAt,
        call,
        resolve: settle(resolve),
        reject: settle(reject),
        isSettled: false,
        unsubscribe: undefined,
      };
      signal.addEventListener('abort', onAbort, { once: true });
      enqueue(entry, taken);
      if (priority === 'live' || entry.isSettled) return;
      entry.unsubscribe = call.onUrgent?.(() => {
        if (!entry.isSettled) raise(entry);
      });
    });
  }

  return {
    waiting: queue.size,
    acquire: (call) =>
      rejectThrown(() => {
        call.signal.throwIfAborted();
        if (!isNext(call)) return wait(call);
        const taken = takeStart();
        return taken === 0 ? start(call) : wait(call, taken);
      }),
    rejectWaiting() {
      for (const entry of queue.calls()) {
        const rejection = options.rejection(entry.call);
        if (!rejection) continue;
        remove(entry);
        entry.reject(rejection);
      }
    },
  };
}
