import type { AccountHealth, AccountState } from '../domain/account.ts';
import type { Clock } from '../domain/clock.ts';
import type { SourceReport } from '../domain/source.ts';
import { type AccountCalls, createAccountCalls } from './account-calls.ts';
import { type EvaluatedHealth, evaluateHealth } from './health-summary.ts';
import { createPeerHealth, type PeerHealth } from './peer-health.ts';
import type { HealthObserver, SharedHealthStore } from './ports.ts';

/** Tracks the outcomes of each account's calls: those of this process, and of the others where they share a store. */
export interface AccountHealthTracker {
  /** `ref` names the agent that the report is about; absent for a discovery. */
  readonly recordReport: (report: SourceReport, ref?: string) => void;
  readonly get: (account: string) => AccountHealth;
  /** Resolves once `get` knows what the other processes know of the accounts. Never rejects. */
  readonly refresh: (accounts: readonly string[]) => Promise<void>;
  /** Stops writing to the shared store. */
  readonly close: () => void;
}

/** The health of the accounts that queries read from. */
export type AccountsHealth = Omit<AccountHealthTracker, 'close'>;

export interface AccountHealthOptions {
  readonly clock: Clock;
  /** What the processes of a fleet share of an account; absent for a single process. */
  readonly sharedStore?: (account: string) => SharedHealthStore | undefined;
  readonly observer?: HealthObserver;
}

interface TrackedAccount {
  readonly calls: AccountCalls;
  readonly peers: PeerHealth | null;
  state: AccountState;
}

export function createAccountHealthTracker(options: AccountHealthOptions): AccountHealthTracker {
  const { clock, sharedStore, observer } = options;
  const trackedAccounts = new Map<string, TrackedAccount>();

  function evaluate({ calls, peers }: Pick<TrackedAccount, 'calls' | 'peers'>): EvaluatedHealth {
    return evaluateHealth([calls.summary(), ...(peers?.summaries() ?? [])]);
  }

  function toHealth({ state, lastError, sinceSuccessMs, calls }: EvaluatedHealth): AccountHealth {
    return {
      state,
      lastError,
      lastSuccessAt: sinceSuccessMs === null ? null : Math.round(clock.now() - sinceSuccessMs),
      callsLastMinute: calls,
    };
  }

  function getOrCreate(name: string): TrackedAccount {
    const known = trackedAccounts.get(name);
    if (known) return known;
    const calls = createAccountCalls(clock);
    const store = sharedStore?.(name);
    const tracked: TrackedAccount = {
      calls,
      peers: store ? createPeerHealth(store, clock, calls.summary) : null,
      state: 'UNKNOWN',
    };
    trackedAccounts.set(name, tracked);
    return tracked;
  }

  /** Returns whether the state has changed since the last call. */
  function noticeChange(name: string, tracked: TrackedAccount): boolean {
    const evaluated = evaluate(tracked);
    if (evaluated.unknownAgents > 0) observer?.agentsUnknown(name, evaluated.unknownAgents);
    const previous = tracked.state;
    if (evaluated.state === previous) return false;
    tracked.state = evaluated.state;
    observer?.stateChanged(name, toHealth(evaluated), previous);
    return true;
  }

  return {
    recordReport(report, ref) {
      const tracked = getOrCreate(report.account);
      if (!tracked.calls.add(report, ref)) return;
      const hasChanged = noticeChange(report.account, tracked);
      tracked.peers?.publish({ isUrgent: hasChanged });
    },
    get: (account) => toHealth(evaluate(getOrCreate(account))),
    async refresh(accounts) {
      await Promise.all(
        accounts.map(async (name) => {
          const tracked = getOrCreate(name);
          await tracked.peers?.refresh();
          noticeChange(name, tracked);
        }),
      );
    },
    close: () => {
      for (const { peers } of trackedAccounts.values()) peers?.close();
    },
  };
}
