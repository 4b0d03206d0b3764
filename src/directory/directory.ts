import type { DirectoryEntry } from '../config/settings.ts';
import type { Agent, DiscoveredAgent } from '../domain/agent.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { SourceReport } from '../domain/source.ts';
import { failureReport } from '../domain/source.ts';
import { vendorError } from '../http/response.ts';
import { abortable } from '../http/abort.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { AccountAdapter, DataSourceContext } from '../vendors/vendor.ts';
import { type DirectoryView, type Discovery, type KnownAccount, mergeAgents } from './merge-agents.ts';

/** An account whose vendor may name agents of its own accord. */
export interface DirectoryAccount extends KnownAccount {
  readonly adapter: AccountAdapter;
  readonly discover: boolean;
}

export interface DirectoryOptions {
  readonly entries: readonly DirectoryEntry[];
  /** In the configuration's order. */
  readonly accounts: readonly DirectoryAccount[];
  readonly clock: Clock;
  /** So long a discovery is waited for; after that queries go on without, and the discovery for those who come later. */
  readonly discoveryTimeoutMs: number;
  /** How many files one discovery may download: none of a query's, which would leave others with what one had left. */
  readonly maxFiles: number;
  /** Told how asking each account went. */
  readonly onReport: (report: SourceReport) => void;
  /** Told of what an account's discovery threw without meaning to. */
  readonly onUnexpectedError: (error: unknown) => void;
}

/** The part of a request's context that the directory uses. */
export type DirectoryReader = Pick<RequestContext, 'canAccess' | 'signal' | 'record' | 'restrictCache'>;

/** Who is who. */
export interface Directory {
  /** What the configuration alone says. */
  readonly configured: (reader: DirectoryReader) => DirectoryView;
  /**
   * The same, together with what the vendors name. An account that cannot be asked, or not before the asker must go, costs only
   * its own agents.
   */
  readonly merged: (reader: DirectoryReader) => Promise<DirectoryView>;
  /** The same as `complete`, from what the cache knows already; null when some account would have to be asked. */
  readonly cached: (reader: DirectoryReader) => Promise<DirectoryView | null>;
  /** The accounts that may name agents of their own accord. */
  readonly discoverableAccounts: (reader: DirectoryReader) => ReadonlySet<string>;
  /** Whether the vendors might add something to an agent of the configuration. */
  readonly mayBeEnriched: (agent: Agent, reader: DirectoryReader) => boolean;
}

/** An account whose discovery failed is left alone for so long. */
const DISCOVERY_COOLDOWN_MS = 30 * SECOND;

interface DiscoveryResult extends Discovery {
  /** Until when it may be kept. */
  readonly freshUntil: Instant;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const { entries, accounts, clock } = options;
  const coolDownUntil = new Map<string, Instant>();
  const inFlight = new Map<string, Promise<DiscoveryResult>>();
  const lastResults = new Map<string, DiscoveryResult>();
  const views = new Map<string, { readonly discoveries: readonly DiscoveryResult[]; readonly view: DirectoryView }>();

  const accountsVisibleTo = (reader: DirectoryReader): readonly DirectoryAccount[] =>
    accounts.filter(({ name }) => reader.canAccess(name));
  const accountsDiscoverableBy = (reader: DirectoryReader) =>
    accountsVisibleTo(reader).filter(({ discover }) => discover);

  /** A discovery belongs to no query: it is neither cancelled with one nor bound by one's deadline. */
  async function runDiscovery(account: DirectoryAccount, reader: DirectoryReader): Promise<DiscoveryResult> {
    let freshUntil = Infinity;
    const scope: DataSourceContext = {
      signal: new AbortController().signal,
      record: reader.record,
      restrictCache: (at) => {
        freshUntil = Math.min(freshUntil, at);
      },
      now: clock.now(),
      takeFileBudget: (requested) => Math.min(requested, options.maxFiles),
    };
    const result = await account.adapter.createDataSource(scope).discover?.();
    for (const report of result?.sources ?? []) options.onReport(report);
    return { account, agents: result?.data ?? [], freshUntil };
  }

  /** Everybody asks for everybody: an answer that nobody thought of must not be the end of the other accounts. */
  function toUnreadableError({ vendor, name }: DirectoryAccount, error: unknown): VendorError {
    options.onUnexpectedError(error);
    const target = { vendor, account: name, endpoint: 'discovery' };
    return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'unreadable' });
  }

  /** What an account named last time: its word while it is asked anew. */
  const lastKnown = (account: DirectoryAccount): DiscoveryResult => ({
    ...(lastResults.get(account.name) ?? emptyDiscovery(account)),
    freshUntil: -Infinity,
  });

  const isCoolingDown = ({ name }: DirectoryAccount): boolean =>
    (coolDownUntil.get(name) ?? -Infinity) > clock.monotonicMs();

  async function discover(account: DirectoryAccount, reader: DirectoryReader): Promise<DiscoveryResult> {
    if (isCoolingDown(account)) return emptyDiscovery(account);
    const { signal } = reader;
    if (signal.aborted) return lastKnown(account);
    let pending = inFlight.get(account.name);
    if (!pending) {
      const discovery = runDiscovery(account, reader)
        .catch((error: unknown) => {
          coolDownUntil.set(account.name, clock.monotonicMs() + DISCOVERY_COOLDOWN_MS);
          options.onReport(failureReport(error instanceof VendorError ? error : toUnreadableError(account, error)));
          return emptyDiscovery(account);
        })
        .then((result) => {
          lastResults.set(account.name, result);
          return result;
        })
        .finally(() => inFlight.delete(account.name));
      pending = withTimeout(discovery, () => lastKnown(account), options.discoveryTimeoutMs, clock);
      inFlight.set(account.name, pending);
    }
    try {
      return await abortable(pending, signal);
    } catch (error) {
      // Others may still wait for it.
      if (error === signal.reason) return lastKnown(account);
      throw error;
    }
  }

  /** The views of callers with the same accounts are the same; each is made anew only when a discovery has changed. */
  function getOrCreateView(
    visibleAccounts: readonly DirectoryAccount[],
    discoveries: readonly DiscoveryResult[],
  ): DirectoryView {
    const key = `${discoveries.length > 0 ? 'complete' : 'listed'}:${visibleAccounts.map(({ name }) => name).join()}`;
    const existing = views.get(key);
    if (
      existing?.discoveries.every((discovery, index) =>
        areSameAgents(discovery.agents, discoveries[index]?.agents ?? []),
      )
    )
      return existing.view;
    const view = mergeAgents(entries, visibleAccounts, discoveries);
    if (!existing && views.size >= MAX_CACHED_VIEWS) views.clear();
    views.set(key, { discoveries, view });
    return view;
  }

  return {
    configured: (reader) => getOrCreateView(accountsVisibleTo(reader), []),

    async merged(reader) {
      const discoveries = await Promise.all(accountsDiscoverableBy(reader).map((account) => discover(account, reader)));
      for (const discovery of discoveries) reader.restrictCache(discovery.freshUntil);
      return getOrCreateView(accountsVisibleTo(reader), discoveries);
    },

    async cached(reader) {
      const discoveries = await Promise.all(
        accountsDiscoverableBy(reader).map(async (account): Promise<Discovery | null> => {
          if (isCoolingDown(account)) return emptyDiscovery(account);
          const agents = await account.adapter.cachedAgents?.();
          return agents ? { account, agents } : null;
        }),
      );
      return discoveries.every((discovery) => discovery !== null)
        ? mergeAgents(entries, accountsVisibleTo(reader), discoveries)
        : null;
    },

    discoverableAccounts: (reader) => new Set(accountsDiscoverableBy(reader).map(({ name }) => name)),

    mayBeEnriched(agent, reader) {
      const isLinked = ({ name }: DirectoryAccount) =>
        agent.accounts.some((agentAccount) => agentAccount.account === name);
      const linkedAccounts = accountsDiscoverableBy(reader).filter(isLinked);
      const otherAccounts = accountsDiscoverableBy(reader).filter((account) => !isLinked(account));
      // An account that knows the agent may tell a name and an address; an address may be known to further accounts.
      const isIncomplete = agent.name === null || agent.email === null;
      return (linkedAccounts.length > 0 && isIncomplete) || (otherAccounts.length > 0 && agent.email !== null);
    },
  };
}

function emptyDiscovery(account: DirectoryAccount): DiscoveryResult {
  return { account, agents: [], freshUntil: -Infinity };
}

/** Whether two answers say the same. A kept one is the very same, or made again of the same parts. */
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

/** Callers differ in few ways; should there be more, views are simply made again. */
const MAX_CACHED_VIEWS = 100;

/** Counts from the discovery's beginning: whoever comes while a late one goes on does not wait for it all over again. */
async function withTimeout<T>(promise: Promise<T>, fallback: () => T, ms: number, clock: Clock): Promise<T> {
  let cancelTimer: () => void = () => undefined;
  const timeout = new Promise<T>((resolve) => {
    cancelTimer = clock.setTimer(ms, () => {
      resolve(fallback());
    });
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    cancelTimer();
  }
}
