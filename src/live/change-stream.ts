import type { Clock } from '../domain/clock.ts';
import type { StatusChange } from '../domain/status-change.ts';
import { SECOND } from '../domain/time.ts';
import { sleep } from '../http/abort.ts';
import type { Caller } from '../request/caller.ts';
import type { ChangeFeed, FeedReader } from './change-feed.ts';
import { TurnRefusedError } from './live-errors.ts';
import type { ExecuteLive, TakeTurn, Turn } from './ports.ts';
import type { LiveEvent, Subscriber } from './subscriber.ts';

export interface ChangeStreamOptions {
  readonly clock: Clock;
  readonly feed: ChangeFeed;
  readonly execute: ExecuteLive;
  readonly takeTurn: TakeTurn;
  readonly callers: () => readonly Caller[];
  /** Called before the changes of a reading are rendered. */
  readonly beforeChanges: () => void;
  readonly deliver: (subscriber: Subscriber, event: LiveEvent) => void;
  readonly onRun: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** The events of one operation on a feed of changes: each is rendered once, and delivered in order. */
export interface ChangeStream {
  /** Resolves once the subscriber has the initial events. */
  readonly join: (subscriber: Subscriber) => Promise<void>;
  readonly leave: (subscriber: Subscriber) => void;
  readonly close: () => void;
}

export function createChangeStream(options: ChangeStreamOptions): ChangeStream {
  const { clock, feed, execute, takeTurn, callers, beforeChanges, deliver, onRun, onFailure } = options;
  const joined = new Set<Subscriber>();
  const closing = new AbortController();
  const { signal } = closing;
  /** Initial events until the next reading: those who subscribe meanwhile get the same. */
  let initialEvents = new WeakMap<object, LiveEvent>();
  let lastJob: Promise<void> = Promise.resolve();

  /** Runs jobs one after another, so that every subscriber receives its events in order. */
  function enqueue(job: () => Promise<void>): Promise<void> {
    const done = lastJob.then(() => (signal.aborted ? undefined : job()));
    lastJob = done.catch((error: unknown) => {
      if (!signal.aborted) onFailure(error);
    });
    return done;
  }

  /** A change must not be lost, so a refused turn is asked for again. */
  async function waitForTurn(): Promise<Turn> {
    for (;;) {
      try {
        return await takeTurn(callers(), signal);
      } catch (error) {
        signal.throwIfAborted();
        await sleep(error instanceof TurnRefusedError ? error.retryAfterMs : SECOND, clock, signal);
      }
    }
  }

  async function render(caller: Caller, change: StatusChange): Promise<LiveEvent> {
    onRun();
    const { json } = await execute(caller, { signal, change });
    return { json, isReplaceable: false };
  }

  /** All of them in one turn. */
  async function renderEach(
    changes: readonly StatusChange[],
    toEvent: (caller: Caller, change: StatusChange) => Promise<LiveEvent>,
    onEvent: (event: LiveEvent) => void,
  ): Promise<void> {
    if (changes.length === 0) return;
    const { caller, release } = await waitForTurn();
    try {
      for (const change of changes) onEvent(await toEvent(caller, change));
    } finally {
      release();
    }
  }

  async function renderInitial(caller: Caller, change: StatusChange): Promise<LiveEvent> {
    const key = change.current ?? change;
    const event = initialEvents.get(key) ?? (await render(caller, change));
    initialEvents.set(key, event);
    return event;
  }

  const reader: FeedReader = {
    callers,
    onChanges: (changes) => {
      initialEvents = new WeakMap();
      const recipients = [...joined];
      void enqueue(async () => {
        beforeChanges();
        await renderEach(changes, render, (event) => {
          for (const subscriber of recipients) if (joined.has(subscriber)) deliver(subscriber, event);
        });
      }).catch(() => undefined);
    },
  };

  return {
    async join(subscriber) {
      let sent: Promise<void> | undefined;
      await feed.join(reader, (initial) => {
        // At once: the job for a change that is found later is behind this one.
        joined.add(subscriber);
        sent = enqueue(() =>
          renderEach(initial, renderInitial, (event) => {
            deliver(subscriber, event);
          }),
        );
      });
      await sent;
    },
    leave: (subscriber) => {
      joined.delete(subscriber);
    },
    close: () => {
      closing.abort();
      feed.leave(reader);
    },
  };
}
