import { useCallback, useMemo, useRef } from 'preact/hooks';
import { type BoardAnswer, openBoard } from '../data/board-source.ts';
import type { FeedState } from '../data/feed-state.ts';
import { type BoardPeople, type SourceTrouble, toBoardPeople, toTroubles } from '../model/board-agent.ts';
import { useServices } from './board-context.ts';
import { useFeed } from './use-feed.ts';

export interface People extends BoardPeople {
  readonly feed: FeedState<BoardAnswer>;
  readonly totalCount: number;
  /** What the list itself could not read, such as a discovery. */
  readonly listTroubles: readonly SourceTrouble[];
}

const NO_PEOPLE: BoardPeople = { agents: [], observations: new Map() };

/** The people of the company, as of the latest answer. */
export function usePeople(): People {
  const { client } = useServices();
  const open = useCallback((signal: AbortSignal) => openBoard(client, signal), [client]);
  const feed = useFeed(open);
  const memory = useRef(NO_PEOPLE);
  return useMemo(() => {
    const list = feed.data?.agents;
    if (feed.data) {
      const { agents, failures } = feed.data;
      memory.current = toBoardPeople(agents.nodes, memory.current.agents, failures);
    }
    return {
      ...memory.current,
      feed,
      totalCount: list?.totalCount ?? 0,
      listTroubles: toTroubles(list?.sources ?? []),
    };
  }, [feed]);
}
