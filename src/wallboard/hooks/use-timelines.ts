import { useEffect, useRef, useState } from 'preact/hooks';
import { addTimelines, dueIds, type TimelineCache } from '../data/timeline-cache.ts';
import { TimelinesDocument } from '../generated/documents.ts';
import { todayAxis } from '../model/strip.ts';
import { useServices } from './board-context.ts';

/** The timelines of the agents on the screen, in one query for all that are due. */
export function useTimelines(visible: readonly string[]): TimelineCache {
  const { client, ticker } = useServices();
  const [cache, setCache] = useState<TimelineCache>(new Map());
  const latest = useRef({ visible, cache });
  latest.current = { visible, cache };
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let isReading = false;
    const read = async () => {
      const now = ticker.now();
      const ids = dueIds(latest.current.visible, latest.current.cache, now);
      if (isReading || ids.length === 0) return;
      isReading = true;
      const { from } = todayAxis(now);
      const during = { from: new Date(from).toISOString(), to: new Date(now).toISOString() };
      const answer = await client.query(TimelinesDocument, { ids, during }, { signal }).catch(() => null);
      isReading = false;
      if (!signal.aborted) setCache((last) => addTimelines(last, ids, answer, ticker.now()));
    };
    const unsubscribe = ticker.subscribe(() => void read());
    return () => {
      unsubscribe();
      controller.abort();
    };
  }, [client, ticker]);
  return cache;
}
