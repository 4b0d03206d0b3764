import { useMemo } from 'preact/hooks';
import type { FeedState } from '../data/feed-state.ts';
import { BoardAccountsDocument, type BoardAccountsQuery } from '../generated/documents.ts';
import type { BoardAccount, BoardAgent, BoardTeam } from '../model/board-agent.ts';
import { countStatuses, type StatusNumbers } from '../model/counts.ts';
import { filterAgents, filterByStatus, findTeams } from '../model/filtering.ts';
import { oldestOf } from '../model/freshness.ts';
import { type AgentGroup, groupAgents } from '../model/grouping.ts';
import { type SourceSummary, summariseSources } from '../model/sources.ts';
import type { TrendSample } from '../model/status-tracks.ts';
import type { ViewSettings } from '../model/view-settings.ts';
import { type People, usePeople } from './use-people.ts';
import { usePolled } from './use-polled.ts';
import { useTrend } from './use-trend.ts';

/** What the panels show, derived from the answers and the settings of the view. */
export interface BoardState {
  readonly people: People;
  readonly accounts: FeedState<BoardAccountsQuery>;
  /** The agents that the filter admits, in any status. */
  readonly shown: readonly BoardAgent[];
  readonly shownIds: readonly string[];
  readonly groups: readonly AgentGroup[];
  /** Null until the first answer. */
  readonly counts: StatusNumbers | null;
  readonly trend: readonly TrendSample[];
  readonly sources: SourceSummary;
  readonly teams: readonly BoardTeam[];
  readonly feeding: readonly BoardAccount[];
  /** Whether the oldest status that is shown can no longer be trusted. */
  readonly isStale: boolean;
}

const NO_VARIABLES = {};

export function useBoard(view: ViewSettings, now: number): BoardState {
  const people = usePeople();
  const accounts = usePolled(BoardAccountsDocument, NO_VARIABLES);
  const { agents, listTroubles } = people;
  const { team, source, search, status, grouping, tv } = view;
  const shown = useMemo(() => filterAgents(agents, { team, source, search }), [agents, team, source, search]);
  const groups = useMemo(
    () => groupAgents(filterByStatus(shown, status ?? (tv ? 'PRESENT' : null)), grouping),
    [shown, status, tv, grouping],
  );
  const feeding = useMemo(() => findAccounts(agents), [agents]);
  const sources = useMemo(() => {
    const troubles = [...listTroubles, ...shown.flatMap((agent) => agent.troubles)];
    return summariseSources(namesOf(findAccounts(shown)), troubles);
  }, [listTroubles, shown]);
  const shownIds = useMemo(() => shown.map(({ id }) => id), [shown]);
  const trend = useTrend(agents, shownIds);
  return {
    people,
    accounts,
    shown,
    shownIds,
    groups,
    counts: useMemo(() => (people.feed.data ? countStatuses(shown) : null), [people.feed.data, shown]),
    trend,
    sources,
    teams: useMemo(() => findTeams(agents), [agents]),
    feeding,
    isStale: oldestOf(people.observations, shownIds, now)?.freshness === 'stale',
  };
}

function findAccounts(agents: readonly BoardAgent[]): readonly BoardAccount[] {
  const accounts = new Map(
    agents.flatMap((agent) => agent.accounts.map((account) => [account.name, account] as const)),
  );
  return [...accounts.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function namesOf(accounts: readonly BoardAccount[]): readonly string[] {
  return accounts.map(({ name }) => name);
}
