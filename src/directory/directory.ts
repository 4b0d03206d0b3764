import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent, DiscoveredAgent } from '../domain/agent.ts';
import type { Clock } from '../domain/clock.ts';
import { createEventLoopYielder, runInSlices } from '../domain/event-loop-yielder.ts';
import type { SourceReport } from '../domain/source.ts';
import type { Team } from '../domain/team.ts';
import type { Discovery } from './discovered-entries.ts';
import type { DirectoryReader, DiscoveringAccount } from './discovery.ts';
import { type DirectoryView, mergeAgents, mergeAgentsInSteps } from './merge-agents.ts';

export interface DirectoryOptions {
  readonly clock: Clock;
  readonly entries: readonly DirectoryEntry[];
  /** In the order of the configuration. */
  readonly teams: readonly Team[];
  /** In the configuration's order. */
  readonly accounts: readonly DiscoveringAccount[];
}

/** All agents that a reader may see, and what became of the discoveries that found them. */
export interface MergedDirectory {
  readonly view: DirectoryView;
  /** One report for each account that discovers agents, in the configuration's order. */
  readonly sources: readonly SourceReport[];
}

/** The agents of the configuration and of discovery. What a reader gets depends on the accounts that it may see. */
export interface Directory {
  /** The configured teams, also those without an agent. */
  readonly teams: readonly Team[];
  /** The configured agents, without discovery. */
  readonly configured: (reader: DirectoryReader) => DirectoryView;
  /**
   * The configured agents merged with the discovered ones. Of an account that fails, or does not answer in time, the agents of
   * its last discovery are used, however old; where there is none, its agents are missing and its report is FAILED.
   */
  readonly merged: (reader: DirectoryReader) => Promise<MergedDirectory>;
  /** Starts a discovery of every account, or of those named. Resolves once each has been asked, with whatever success, or has timed out. */
  readonly askAll: (names?: ReadonlySet<string>) => Promise<void>;
  /** The view of `merged`, from the cache; null where that would take a vendor call. */
  readonly cached: (reader: DirectoryReader) => Promise<DirectoryView | null>;
  /** The accounts that discover agents. */
  readonly discoverableAccounts: (reader: DirectoryReader) => ReadonlySet<string>;
  /** Whether discovery may add something to a configured agent. */
  readonly mayBeEnriched: (agent: Agent, reader: DirectoryReader) => boolean;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const { entries, accounts } = options;
  const configuredViews = createViewCache<DirectoryView>();
  const mergedViews = createViewCache<Promise<DirectoryView>>();
  const yielder = createEventLoopYielder(options.clock);

  /** Callers with the same accounts share a view. It is merged again only when a discovery has changed. */
  const mergedView = (visible: readonly DiscoveringAccount[], discoveries: readonly Discovery[]) =>
    mergedViews(visible, discoveries, () => runInSlices(mergeAgentsInSteps(entries, visible, discoveries), yielder));

  const visibleTo = (reader: DirectoryReader): readonly DiscoveringAccount[] =>
    accounts.filter(({ name }) => reader.canAccess(name));
  const discoveringAccounts = accounts.filter(({ discover }) => discover);
  const discoverableBy = (reader: DirectoryReader): readonly DiscoveringAccount[] =>
    discoveringAccounts.filter(({ name }) => reader.canAccess(name));

  return {
    teams: options.teams,

    configured(reader) {
      const visible = visibleTo(reader);
      return configuredViews(visible, [], () => mergeAgents(entries, visible, []));
    },

    async merged(reader) {
      const discoveries = await Promise.all(
        discoverableBy(reader).map(async (account) => {
          const result = await account.discovery.discover(account, reader);
          reader.restrictCache(result.freshUntil);
          // At once: its entries may be written again while another account is waited for.
          reader.onEntriesRead?.(result.entryIds);
          return result;
        }),
      );
      return {
        view: await mergedView(visibleTo(reader), discoveries),
        sources: discoveries.map(({ report }) => report),
      };
    },

    async askAll(names) {
      const asked = accounts.filter(({ discover, name }) => discover && (names?.has(name) ?? true));
      await Promise.all(asked.map((account) => account.discovery.ask(account)));
    },

    async cached(reader) {
      const discoveries = await Promise.all(discoverableBy(reader).map((account) => account.discovery.cached(account)));
      return discoveries.every((result) => result !== null) ? mergedView(visibleTo(reader), discoveries) : null;
    },

    discoverableAccounts: (reader) => new Set(discoverableBy(reader).map(({ name }) => name)),

    mayBeEnriched(agent, reader) {
      const isLinked = ({ name }: DiscoveringAccount) =>
        agent.accounts.some((agentAccount) => agentAccount.account === name);
      const discoverable = discoverableBy(reader);
      // A linked account may return a name and an address; an address may be found in further accounts.
      const isIncomplete = agent.name === null || agent.email === null;
      return (isIncomplete && discoverable.some(isLinked)) || (agent.email !== null && !discoverable.every(isLinked));
    },
  };
}

/** Callers have few distinct sets of accounts; above this number, views are merged again. */
const MAX_CACHED_VIEWS = 100;

/** Keeps a view for each set of accounts, as long as the discoveries are the same. */
function createViewCache<View>() {
  const views = new Map<string, { readonly discoveries: readonly Discovery[]; readonly view: View }>();

  return (
    visibleAccounts: readonly DiscoveringAccount[],
    discoveries: readonly Discovery[],
    createView: () => View,
  ): View => {
    const key = visibleAccounts.map(({ name }) => name).join();
    const existing = views.get(key);
    if (existing && areSameDiscoveries(existing.discoveries, discoveries)) return existing.view;
    const view = createView();
    if (!existing && views.size >= MAX_CACHED_VIEWS) views.clear();
    views.set(key, { discoveries, view });
    return view;
  };
}

function areSameDiscoveries(left: readonly Discovery[], right: readonly Discovery[]): boolean {
  return left.every(({ agents }, index) => areSameAgents(agents, right[index]?.agents ?? []));
}

/** Compares by content. A cached list is the same object, or has been assembled again from the same parts. */
function areSameAgents(agents: readonly DiscoveredAgent[], otherAgents: readonly DiscoveredAgent[]): boolean {
  if (agents === otherAgents) return true;
  return (
    agents.length === otherAgents.length &&
    agents.every(({ ref, name, email, aliases }, index) => {
      const other = otherAgents[index];
      return (
        ref === other?.ref &&
        name === other.name &&
        email === other.email &&
        aliases.join('\n') === other.aliases.join('\n')
      );
    })
  );
}
