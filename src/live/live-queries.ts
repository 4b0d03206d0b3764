import type { LiveSettings } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { AgentFilter } from '../gather/agent-filter.ts';
import type { Caller } from '../request/caller.ts';
import type { SubscribedField } from '../request/stream-context.ts';
import { type ChangeFeed, createChangeFeed } from './change-feed.ts';
import { SubscriptionLimitError } from './live-errors.ts';
import { createLiveQuery, type LiveQuery } from './live-query.ts';
import type { ExecuteLive, LiveMetrics, ReadStatuses, TakeTurn } from './ports.ts';
import type { StreamEnd, Subscriber } from './subscriber.ts';

export interface LiveQueriesOptions {
  /** The settings of now. */
  readonly settings: () => LiveSettings;
  readonly clock: Clock;
  readonly takeTurn: TakeTurn;
  readonly readStatuses: ReadStatuses;
  /** Whether a caller's credentials are still valid; it is asked before each run, and when a token expires. */
  readonly isAuthorized: (caller: Caller) => boolean;
  readonly metrics: LiveMetrics;
  /** Receives the error of a repetition that failed, but for refusals. */
  readonly onFailure: (error: unknown) => void;
}

/** The operation of a subscription. */
export interface LiveOperation {
  /** Equal for equal operations of callers with the same view: these share one execution. */
  readonly key: string;
  /** Equal for callers with the same view. */
  readonly view: string;
  readonly execute: ExecuteLive;
}

/** The subscriptions of this process. */
export interface LiveQueries {
  /**
   * Adds a subscription. Resolves once it has its first events; it goes on until the returned function is called or `onEnd` is. Throws a
   * `SubscriptionLimitError`; rejects with a `TurnRefusedError` where its first execution is refused.
   */
  readonly subscribe: (
    operation: LiveOperation,
    subscriber: Subscriber,
  ) => { readonly started: Promise<void>; readonly leave: () => void };
  /**
   * Call it when the configuration has changed: ends the subscriptions for which `findEnd` has a reason, and executes those that go on
   * again at once.
   */
  readonly reconfigure: (findEnd: (caller: Caller) => StreamEnd | null) => void;
  /** Executes all subscriptions again at once: what they have sent may be wrong now. */
  readonly refreshAll: () => void;
  /** Ends all subscriptions, the oldest first, and refuses none: those that come later end at once. */
  readonly endAll: () => void;
}

export function createLiveQueries(options: LiveQueriesOptions): LiveQueries {
  const queries = new SharedLiveQueries(options);
  return {
    subscribe: (operation, subscriber) => queries.subscribe(operation, subscriber),
    reconfigure: (findEnd) => {
      queries.reconfigure(findEnd);
    },
    refreshAll: () => {
      queries.refreshAll();
    },
    endAll: () => {
      queries.endAll();
    },
  };
}

interface OpenSubscription {
  readonly query: LiveQuery;
  readonly cancelExpiry: () => void;
}

class SharedLiveQueries {
  readonly #options: LiveQueriesOptions;
  readonly #queries = new Map<string, LiveQuery>();
  readonly #feeds = new Map<string, ChangeFeed>();
  /** In the order in which they began. */
  readonly #open = new Map<Subscriber, OpenSubscription>();
  readonly #countByKey = new Map<string, number>();
  #isEnding = false;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
    options.metrics.watchSubscriptions(
      (transport) => [...this.#open.keys()].filter((subscriber) => subscriber.transport === transport).length,
    );
  }

  subscribe(operation: LiveOperation, subscriber: Subscriber): ReturnType<LiveQueries['subscribe']> {
    this.#assertCapacity(subscriber);
    const query = this.#queryOf(operation);
    const forwarding: Subscriber = {
      ...subscriber,
      onEnd: (end) => {
        this.#forget(forwarding);
        subscriber.onEnd(end);
      },
    };
    this.#open.set(forwarding, { query, cancelExpiry: this.#endOnExpiry(forwarding) });
    this.#count(subscriber, 1);
    const leave = (): void => {
      query.leave(forwarding);
      this.#forget(forwarding);
    };
    const started = query.join(forwarding).then(
      () => {
        if (this.#isEnding) this.#end(forwarding, 'shutdown');
      },
      (error: unknown) => {
        leave();
        throw error;
      },
    );
    return { started, leave };
  }

  reconfigure(findEnd: (caller: Caller) => StreamEnd | null): void {
    for (const subscriber of [...this.#open.keys()]) {
      const end = findEnd(subscriber.caller);
      if (end !== null) this.#end(subscriber, end);
    }
    this.refreshAll();
  }

  refreshAll(): void {
    for (const feed of this.#feeds.values()) feed.refresh();
    for (const query of this.#queries.values()) query.refresh();
  }

  endAll(): void {
    this.#isEnding = true;
    for (const subscriber of [...this.#open.keys()]) this.#end(subscriber, 'shutdown');
  }

  #end(subscriber: Subscriber, end: StreamEnd): void {
    const open = this.#open.get(subscriber);
    if (!open) return;
    open.query.leave(subscriber);
    subscriber.onEnd(end);
  }

  #forget(subscriber: Subscriber): void {
    const open = this.#open.get(subscriber);
    if (!open) return;
    open.cancelExpiry();
    this.#open.delete(subscriber);
    this.#count(subscriber, -1);
  }

  #assertCapacity({ limitKey }: Subscriber): void {
    const { maxSubscriptions, maxSubscriptionsPerCaller } = this.#options.settings();
    if ((this.#countByKey.get(limitKey) ?? 0) >= maxSubscriptionsPerCaller)
      throw new SubscriptionLimitError('caller_subscriptions', maxSubscriptionsPerCaller);
    if (this.#open.size >= maxSubscriptions) throw new SubscriptionLimitError('subscriptions', maxSubscriptions);
  }

  #count({ limitKey }: Subscriber, change: number): void {
    const count = (this.#countByKey.get(limitKey) ?? 0) + change;
    if (count > 0) this.#countByKey.set(limitKey, count);
    else this.#countByKey.delete(limitKey);
  }

  #queryOf({ key, view, execute }: LiveOperation): LiveQuery {
    const known = this.#queries.get(key);
    if (known) return known;
    const { clock, settings, takeTurn, isAuthorized, metrics, onFailure } = this.#options;
    const query = createLiveQuery({
      clock,
      minIntervalMs: settings().minIntervalSeconds * SECOND,
      execute,
      takeTurn,
      openFeed: (field, intervalMs) => this.#feedOf(view, field, intervalMs),
      isAuthorized,
      onRun: metrics.liveRun,
      onFailure,
      onEmpty: () => {
        if (this.#queries.get(key) === query) this.#queries.delete(key);
      },
    });
    this.#queries.set(key, query);
    return query;
  }

  #feedOf(view: string, { args }: SubscribedField, intervalMs: number): ChangeFeed {
    const filter = (args.filter ?? {}) as AgentFilter;
    const key = JSON.stringify([view, filter, intervalMs]);
    const known = this.#feeds.get(key);
    if (known) return known;
    const { clock, takeTurn, readStatuses, onFailure } = this.#options;
    const feed = createChangeFeed({
      clock,
      filter,
      intervalMs,
      takeTurn,
      readStatuses,
      onFailure,
      onEmpty: () => {
        if (this.#feeds.get(key) === feed) this.#feeds.delete(key);
      },
    });
    this.#feeds.set(key, feed);
    return feed;
  }

  /** Credentials may end between two runs, which may be far apart. */
  #endOnExpiry(subscriber: Subscriber): () => void {
    const { clock, isAuthorized } = this.#options;
    const { caller } = subscriber;
    const { expiresAt } = caller;
    if (expiresAt === undefined) return () => undefined;
    let cancel: () => void = () => undefined;
    const waitForExpiry = (): void => {
      cancel = clock.setTimer(Math.max(expiresAt - clock.now(), SECOND), () => {
        if (isAuthorized(caller)) waitForExpiry();
        else this.#end(subscriber, 'unauthenticated');
      });
    };
    waitForExpiry();
    return () => {
      cancel();
    };
  }
}
