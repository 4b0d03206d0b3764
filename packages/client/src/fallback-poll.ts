import type { ClientOptions } from './client-options.ts';
import type { Environment } from './environment.ts';
import type { Outcome } from './outcome.ts';
import { poll } from './poll.ts';
import type { GraphqlRequest } from './request.ts';

export interface FallbackPollOptions<Data> {
  /** Null: nothing is ever polled. */
  readonly request: GraphqlRequest | null;
  readonly onOutcome: (outcome: Outcome<Data>) => void;
  /** A failure that stays. */
  readonly onFailure: (error: unknown) => void;
}

/** A poll that runs while a stream brings nothing. */
export interface FallbackPoll {
  readonly isPolling: () => boolean;
  readonly start: () => void;
  /** Starts it after a while, unless it is stopped before. */
  readonly startLater: () => void;
  readonly stop: () => void;
}

const DELAY_MS = 5000;

export function createFallbackPoll<Data>(
  environment: Environment,
  clientOptions: ClientOptions,
  { request, onOutcome, onFailure }: FallbackPollOptions<Data>,
): FallbackPoll {
  let running: AbortController | null = null;
  let cancelTimer: (() => void) | null = null;

  async function run(body: GraphqlRequest, { signal }: AbortController): Promise<void> {
    for await (const outcome of poll<Data>(environment, clientOptions, body, signal))
      if (!signal.aborted) onOutcome(outcome);
  }

  function cancelStart(): void {
    cancelTimer?.();
    cancelTimer = null;
  }

  function start(): void {
    cancelStart();
    if (!request || running) return;
    running = new AbortController();
    run(request, running).catch(onFailure);
  }

  return {
    isPolling: () => running !== null,
    start,
    startLater() {
      if (request && !running) cancelTimer ??= environment.setTimer(DELAY_MS, start);
    },
    stop() {
      cancelStart();
      running?.abort();
      running = null;
    },
  };
}
