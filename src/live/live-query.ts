import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Caller } from '../request/caller.ts';
import { reportsChanges, type SubscribedField } from '../request/stream-context.ts';
import type { ChangeFeed } from './change-feed.ts';
import { type ChangeStream, createChangeStream } from './change-stream.ts';
import type { ExecuteLive, LiveAnswer, TakeTurn } from './ports.ts';
import { createRepeatedRun, type RepeatedRun } from './repeated-run.ts';
import type { LiveEvent, Subscriber } from './subscriber.ts';

export interface LiveQueryOptions {
  readonly clock: Clock;
  readonly minIntervalMs: number;
  readonly execute: ExecuteLive;
  readonly takeTurn: TakeTurn;
  /** Returns the feed of what `Subscription.statusChanges` selects. */
  readonly openFeed: (field: SubscribedField, intervalMs: number) => ChangeFeed;
  /** Whether the caller's credentials are still valid. */
  readonly isAuthorized: (caller: Caller) => boolean;
  readonly onRun: () => void;
  readonly onFailure: (error: unknown) => void;
  /** Called once its last subscriber has left. */
  readonly onEmpty: () => void;
}

/** One operation with its variables, as callers with the same view see it: executed, and rendered, once for all its subscribers. */
export interface LiveQuery {
  /** Resolves once the subscriber has its first answer, or has ended. Rejects where the subscription is refused for now. */
  readonly join: (subscriber: Subscriber) => Promise<void>;
  readonly leave: (subscriber: Subscriber) => void;
  /** Executes the operation again at once. */
  readonly refresh: () => void;
}

export function createLiveQuery(options: LiveQueryOptions): LiveQuery {
  return new SharedLiveQuery(options);
}

interface Member {
  lastEvent: LiveEvent | null;
}

class SharedLiveQuery implements LiveQuery {
  readonly #options: LiveQueryOptions;
  readonly #members = new Map<Subscriber, Member>();
  readonly #runs: RepeatedRun<LiveAnswer>;
  #latest: LiveEvent | null = null;
  /** What is subscribed to, once an answer shows it; null as long as it may be a query, or be rejected. */
  #field: SubscribedField | null = null;
  #changes: ChangeStream | null = null;

  constructor(options: LiveQueryOptions) {
    const { clock, onFailure } = options;
    this.#options = options;
    this.#runs = createRepeatedRun<LiveAnswer>({
      clock,
      run: (signal) => this.#run(signal),
      intervalMs: () => this.#repetitionMs(),
      onOutcome: (answer) => {
        this.#publish(answer);
      },
      onFailure,
    });
  }

  async join(subscriber: Subscriber): Promise<void> {
    this.#members.set(subscriber, { lastEvent: null });
    try {
      const answer = await this.#runs.current();
      if (!this.#members.has(subscriber)) return;
      subscriber.onAccepted();
      const field = this.#field;
      if (field && reportsChanges(field)) await this.#joinChanges(subscriber, field);
      else this.#deliver(subscriber, this.#toEvent(answer));
      // Neither the answer to a query nor a first rejection changes.
      if (!field) this.#end(subscriber, 'complete');
    } catch (error) {
      // Its leaving may be what has ended the execution.
      if (!this.#members.has(subscriber)) return;
      this.leave(subscriber);
      throw error;
    }
  }

  leave(subscriber: Subscriber): void {
    if (!this.#members.delete(subscriber)) return;
    this.#changes?.leave(subscriber);
    if (this.#members.size > 0) return;
    this.#runs.stop();
    this.#changes?.close();
    this.#options.onEmpty();
  }

  refresh(): void {
    this.#runs.restart();
  }

  async #run(signal: AbortSignal): Promise<LiveAnswer> {
    const { takeTurn, execute, onRun } = this.#options;
    this.#endUnauthorized();
    const { caller, release } = await takeTurn(this.#callers(), signal);
    try {
      onRun();
      const answer = await execute(caller, { signal, change: null });
      if (!answer.isRejected) this.#field ??= answer.field;
      return answer;
    } finally {
      release();
    }
  }

  /** The operation of a feed of changes is executed for each change. */
  #repetitionMs(): number {
    return this.#field && !reportsChanges(this.#field) ? this.#intervalMs(this.#field) : Infinity;
  }

  #intervalMs({ args }: SubscribedField): number {
    const seconds = typeof args.minIntervalSeconds === 'number' ? args.minIntervalSeconds : 0;
    return Math.max(seconds * SECOND, this.#options.minIntervalMs);
  }

  /** The event of an answer: the same one as before where its bytes are the same. */
  #toEvent({ json, isRejected }: LiveAnswer): LiveEvent {
    if (this.#latest?.json !== json)
      this.#latest = { json, isReplaceable: true, isRejected: isRejected && this.#field === null };
    return this.#latest;
  }

  /** To those who have had an event; the others wait for this answer. */
  #publish(answer: LiveAnswer): void {
    if (this.#changes) return;
    const event = this.#toEvent(answer);
    for (const [subscriber, { lastEvent }] of this.#members) if (lastEvent) this.#deliver(subscriber, event);
  }

  #deliver(subscriber: Subscriber, event: LiveEvent): void {
    const member = this.#members.get(subscriber);
    if (!member || member.lastEvent === event) return;
    member.lastEvent = event;
    subscriber.onEvent(event);
  }

  async #joinChanges(subscriber: Subscriber, field: SubscribedField): Promise<void> {
    this.#changes ??= createChangeStream({
      ...this.#options,
      feed: this.#options.openFeed(field, this.#intervalMs(field)),
      callers: () => this.#callers(),
      beforeChanges: () => {
        this.#endUnauthorized();
      },
      deliver: (each, event) => {
        this.#deliver(each, event);
      },
    });
    await this.#changes.join(subscriber);
  }

  #callers(): readonly Caller[] {
    return [...this.#members.keys()].map(({ caller }) => caller);
  }

  #endUnauthorized(): void {
    for (const subscriber of [...this.#members.keys()])
      if (!this.#options.isAuthorized(subscriber.caller)) this.#end(subscriber, 'unauthenticated');
  }

  #end(subscriber: Subscriber, end: 'complete' | 'unauthenticated'): void {
    this.leave(subscriber);
    subscriber.onEnd(end);
  }
}
