import { useCallback, useMemo, useRef } from 'preact/hooks';
import { type BoardAnswer, openBoard } from '../data/board-source.ts';
import type { FeedState } from '../data/feed-state.ts';
import { type BoardPeople, type SourceTrouble, toBoardPeople, toTroubles } from '../model/board-agent.ts';
import { addGap, estimateTtlMs, type ObservationGaps } from '../model/freshness.ts';
import { useServices } from './board-context.ts';
import { useFeed } from './use-feed.ts';

export interface People extends BoardPeople {
  readonly feed: FeedState<BoardAnswer>;
  readonly totalCount: number;
  /** What the list itself could not read, such as a discovery. */
  readonly listTroubles: readonly SourceTrouble[];
  /** How long a status counts as current. */
  readonly ttlMs: number;
}

interface Memory extends BoardPeople {
  readonly gaps: ObservationGaps;
}

const NO_PEOPLE: Memory = { agents: [], observedAt: new Map(), gaps: [] };

/** The people of the company, as of the latest answer. */
export function usePeople(): People {
  const { client } = useServices();
  const open = useCallback((signal: AbortSignal) => openBoard(client, signal), [client]);
  const feed = useFeed(open);
  const memory = useRef(NO_PEOPLE);
  return useMemo(() => {
    const list = feed.data?.agents;
    if (feed.data) memory.current = remember(memory.current, feed.data);
    const { gaps, ...people } = memory.current;
    return {
      ...people,
      feed,
      totalCount: list?.totalCount ?? 0,
      listTroubles: toTroubles(list?.sources ?? []),
      ttlMs: estimateTtlMs(gaps),
    };
  }, [feed]);
}

function remember(last: Memory, { agents, failures }: BoardAnswer): Memory {
  const people = toBoardPeople(agents.nodes, last.agents, failures);
  const [newest, before] = [newestOf(people), newestOf(last)];
  const gaps = newest === null || before === null ? last.gaps : addGap(last.gaps, newest - before);
  return { ...people, gaps };
}

function newestOf({ observedAt }: BoardPeople): number | null {
  return observedAt.size === 0 ? null : Math.max(...observedAt.values());
}
