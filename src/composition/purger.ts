import type { FleetPurges } from '../cache/fleet-purges.ts';
import { createEntryMatcher, endpointOf, type PurgeRule } from '../cache/purge-rule.ts';
import type { Directory } from '../directory/directory.ts';
import type { DirectoryReader } from '../directory/discovery.ts';
import type { Clock, Instant } from '../domain/clock.ts';
import type { PurgeMetrics } from '../observability/metrics/purges.ts';
import { type Caller, canAccess } from '../request/caller.ts';
import type { Logger } from '../server/ports.ts';
import type { CachePurger, PurgeReport } from '../server/purge-handler.ts';
import type { PurgeRequest } from '../server/purge-request.ts';
import { findAgentEntries, findNamedAgent } from './agent-references.ts';
import type { ConnectedAccount } from './connected-account.ts';

export interface PurgerOptions {
  /** The accounts and the directory of the configuration that is in force. */
  readonly current: () => {
    readonly accounts: readonly ConnectedAccount[];
    readonly directory: Pick<Directory, 'cached' | 'configured'>;
  };
  /** All accounts that still read, also those of configurations before. */
  readonly connectedAccounts: () => readonly ConnectedAccount[];
  readonly purges: FleetPurges;
  /** Drops the entries of an account that is not connected any more. */
  readonly dropEntries: (rule: PurgeRule) => void;
  /** The other processes that serve the address with a cache of their own, which no purge of this one reaches. */
  readonly unreachedProcesses: number;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info'>;
  readonly metrics: PurgeMetrics;
  /** Drops what was made of cached values; returns the number of complete responses. */
  readonly dropResponses: () => number;
}

/** The name of an account, and which of its entries are dropped. */
interface AccountPurge {
  readonly name: string;
  readonly rule: PurgeRule;
  /** Whether the named agent is known at the account; undefined: of all agents. */
  readonly isAgentKnown: boolean | null | undefined;
}

/** What has been dropped from the memory of this process. */
interface Dropped {
  readonly at: Instant;
  /** The ids of entries, in the order of the accounts. */
  readonly ids: readonly (readonly string[])[];
  readonly responses: number;
}

/** Creates the purger. It also carries out the purges that other processes of the fleet were asked for. */
export function createPurger(options: PurgerOptions): CachePurger {
  const { current, connectedAccounts, purges, clock, logger, metrics, dropResponses } = options;

  function drop(rules: readonly PurgeRule[]): Dropped {
    const at = clock.now();
    const ids = rules.map((rule) =>
      accountsWithPrefix(rule, connectedAccounts()).flatMap((account) => dropEntries(account, rule)),
    );
    return { at, ids, responses: dropResponses() };
  }

  purges.onPurge((rule, origin) => {
    const [account] = accountsWithPrefix(rule, connectedAccounts());
    if (!account) {
      options.dropEntries(rule);
      return;
    }
    const { ids } = drop([rule]);
    // A process that starts has nothing to drop.
    if (origin === 'earlier') return;
    const { name } = account.config;
    metrics.purged(name, 'fleet');
    logger.info({ account: name, entries: ids.flat().length }, 'cache purged, as another process was asked to');
  });

  return {
    accountNamesFor: (caller) =>
      current()
        .accounts.map(({ config }) => config.name)
        .filter((name) => canAccess(caller, name)),
    async purge(request, { caller, requestId }) {
      const planned = await plan(request, caller, current());
      let dropped: Dropped = { at: clock.now(), ids: [], responses: 0 };
      const rules = planned.map(({ rule }) => rule);
      const fleet = await purges.publish(rules, () => {
        dropped = drop(rules);
      });
      const report = toReport(caller, planned, dropped, withUnreached(fleet, options.unreachedProcesses));
      for (const { name } of planned) metrics.purged(name, 'request');
      logger.info({ requestId, caller: caller.name, ...toLogFields(request, report) }, 'cache purged');
      return report;
    },
  };
}

/** Finds the rules of a request, without a vendor call. */
async function plan(
  { accounts: names, agent, from, to }: PurgeRequest,
  caller: Caller,
  { accounts, directory }: ReturnType<PurgerOptions['current']>,
): Promise<readonly AccountPurge[]> {
  const named = agent === null ? null : await findNamedAgent(agent, directory, toReader(caller));
  return Promise.all(
    accounts
      .filter(({ config }) => names.includes(config.name))
      .map(async (account) => {
        const entries = named && (await findAgentEntries(named, account));
        const rule = { idPrefix: account.cache.idPrefix, agents: entries?.references ?? null, from, to };
        return { name: account.config.name, rule, isAgentKnown: entries?.isKnown };
      }),
  );
}

function toReader(caller: Caller): DirectoryReader {
  return {
    canAccess: (account) => canAccess(caller, account),
    signal: new AbortController().signal,
    record: () => undefined,
    restrictCache: () => undefined,
  };
}

/** One vendor account may be connected twice, by two configurations. */
function accountsWithPrefix(
  { idPrefix }: PurgeRule,
  accounts: readonly ConnectedAccount[],
): readonly ConnectedAccount[] {
  return accounts.filter(({ cache }) => cache.idPrefix === idPrefix);
}

function dropEntries({ cache, adapter }: ConnectedAccount, rule: PurgeRule): readonly string[] {
  const ids = cache.purge(createEntryMatcher(rule, adapter.extentOf));
  adapter.forgetDerived?.();
  return ids;
}

function withUnreached(fleet: PurgeReport['fleet'], unreached: number): PurgeReport['fleet'] {
  if (unreached === 0) return fleet;
  return { processes: fleet.processes + unreached, heard: fleet.heard, complete: false };
}

function toReport(
  caller: Caller,
  planned: readonly AccountPurge[],
  { at, ids, responses }: Dropped,
  fleet: PurgeReport['fleet'],
): PurgeReport {
  const accounts = planned.map(({ name: account, isAgentKnown }, index) => {
    const byEndpoint = Map.groupBy(ids[index] ?? [], endpointOf);
    const endpoints = [...byEndpoint].map(([endpoint, { length: entries }]) => ({ endpoint, entries }));
    return {
      account,
      // What is cached of an agent shows that there is one.
      ...(isAgentKnown !== undefined && { agentKnown: endpoints.length > 0 || isAgentKnown }),
      endpoints: endpoints.sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1)),
    };
  });
  return {
    purgedAt: new Date(at).toISOString(),
    accounts,
    // They are of all callers: their number would show what others ask.
    ...(caller.accounts === null && { responses }),
    fleet,
  };
}

/** Without the agent, whose name is personal data. */
function toLogFields({ agent, from, to }: PurgeRequest, { accounts, fleet }: PurgeReport) {
  const entries = accounts.flatMap(({ endpoints }) => endpoints).reduce((sum, each) => sum + each.entries, 0);
  return {
    accounts: accounts.map(({ account }) => account),
    ofOneAgent: agent !== null,
    ...(from !== null && { from: new Date(from).toISOString() }),
    ...(to !== null && { to: new Date(to).toISOString() }),
    entries,
    fleet,
  };
}
