import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { MAX_PEOPLE } from '../data/board-source.ts';
import { RecentDocument, type RecentQuery } from '../generated/documents.ts';
import type { BoardAgent } from '../model/board-agent.ts';
import {
  extendTracks,
  sampleTrend,
  seedTracks,
  type StatusTracks,
  TREND_MS,
  type TrendSample,
} from '../model/status-tracks.ts';
import { useServices } from './board-context.ts';
import { useNow } from './use-now.ts';

const STEP_MS = 30_000;

/** The counts of the agents that are shown over the last quarter of an hour. */
export function useTrend(agents: readonly BoardAgent[], shownIds: readonly string[]): readonly TrendSample[] {
  const now = useNow(STEP_MS);
  const { ticker } = useServices();
  const recent = useRecent(agents);
  const tracks = useRef<StatusTracks>(new Map());
  const seeded = useRef<RecentQuery | null>(null);
  return useMemo(() => {
    const at = ticker.now();
    tracks.current = extendTracks(tracks.current, agents, at);
    if (recent && seeded.current !== recent) tracks.current = seedTracks(tracks.current, recent, at - TREND_MS);
    seeded.current = recent;
    return sampleTrend(tracks.current, shownIds, at);
  }, [agents, shownIds, recent, ticker, now]);
}

/** What the vendors report of the time before the page was opened; read once. */
function useRecent(agents: readonly BoardAgent[]): RecentQuery | null {
  const { client, ticker } = useServices();
  const [recent, setRecent] = useState<RecentQuery | null>(null);
  const isKnown = agents.length > 0;
  const accounts = useRef<readonly string[]>([]);
  accounts.current = [...new Set(agents.flatMap(({ statusAccount }) => statusAccount ?? []))];
  useEffect(() => {
    if (!isKnown || accounts.current.length === 0) return undefined;
    const controller = new AbortController();
    const now = ticker.now();
    const during = { from: new Date(now - TREND_MS).toISOString(), to: new Date(now).toISOString() };
    client
      .query(RecentDocument, { first: MAX_PEOPLE, during, accounts: accounts.current }, { signal: controller.signal })
      .then(({ data }) => {
        setRecent(data);
      })
      // Without it the trend begins with the opening of the page.
      .catch(() => undefined);
    return () => {
      controller.abort();
    };
  }, [client, ticker, isKnown]);
  return recent;
}
