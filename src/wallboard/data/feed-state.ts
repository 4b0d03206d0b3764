/** How answers come: pushed by a stream, or by asking again and again. */
export type FeedTransport = 'live' | 'polling';

/** How an answer came, or why there is none. */
export type FeedEvent<Data> =
  | { readonly type: 'data'; readonly data: Data; readonly transport: FeedTransport }
  | { readonly type: 'trouble'; readonly code: string; readonly message: string }
  /** The feed ends: asking again would fail in the same way. */
  | { readonly type: 'refused'; readonly code: string; readonly message: string };

export interface FeedState<Data> {
  /**
   * `loading`: nothing has arrived yet. `reconnecting`: the last answer is kept while no new one arrives; `gone`: for half a minute or
   * more. `refused`: the gateway will not answer this caller.
   */
  readonly phase: FeedTransport | 'loading' | 'reconnecting' | 'gone' | 'refused';
  readonly data: Data | null;
  /** When the last answer arrived. */
  readonly receivedAt: number | null;
  /** Since when no answer has arrived though one was asked for. */
  readonly failingSince: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export const GONE_AFTER_MS = 30_000;

export const INITIAL_FEED: FeedState<never> = {
  phase: 'loading',
  data: null,
  receivedAt: null,
  failingSince: null,
  error: null,
};

export function applyFeedEvent<Data>(state: FeedState<Data>, event: FeedEvent<Data>, now: number): FeedState<Data> {
  if (event.type === 'data') {
    return { phase: event.transport, data: event.data, receivedAt: now, failingSince: null, error: null };
  }
  const error = { code: event.code, message: event.message };
  const failingSince = state.failingSince ?? now;
  if (event.type === 'refused') return { ...state, phase: 'refused', failingSince, error };
  return { ...state, phase: phaseOfFailure(failingSince, now), failingSince, error };
}

/** Between two events: an outage becomes long without one. */
export function applyTime<Data>(state: FeedState<Data>, now: number): FeedState<Data> {
  if (state.phase !== 'reconnecting' || state.failingSince === null) return state;
  const phase = phaseOfFailure(state.failingSince, now);
  return phase === state.phase ? state : { ...state, phase };
}

function phaseOfFailure(failingSince: number, now: number): 'reconnecting' | 'gone' {
  return now - failingSince >= GONE_AFTER_MS ? 'gone' : 'reconnecting';
}
