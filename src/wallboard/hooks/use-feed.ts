import { useEffect, useState } from 'preact/hooks';
import { applyFeedEvent, applyTime, type FeedState, INITIAL_FEED } from '../data/feed-state.ts';
import { type FeedSource, runFeed } from '../data/run-feed.ts';
import { useServices } from './board-context.ts';

const REOPEN_MS = 15_000;

/** The state of a feed, from the first drawing of the component to its end. `open` must stay the same function. */
export function useFeed<Data>(open: (signal: AbortSignal) => FeedSource<Data>): FeedState<Data> {
  const { ticker } = useServices();
  const [state, setState] = useState<FeedState<Data>>(INITIAL_FEED);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    void runFeed<Data>({
      open: () => open(signal),
      emit: (event) => {
        setState((last) => applyFeedEvent(last, event, ticker.now()));
      },
      pause: () => pause(REOPEN_MS, signal),
      signal,
    });
    const unsubscribe = ticker.subscribe(() => {
      setState((last) => applyTime(last, ticker.now()));
    });
    return () => {
      unsubscribe();
      controller.abort();
    };
  }, [open, ticker]);
  return state;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      // A long outage has many pauses, all with one signal.
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
