import type { AccountHealth, AccountState } from '../domain/account.ts';
import type { SourceReport } from '../domain/source.ts';

/** Receives what the sources of queries contribute. */
export interface SourceObserver {
  /** One account and endpoint contributed to a field of a query, or to a discovery. */
  readonly sourceReported: (report: SourceReport) => void;
  /** A live field of one agent was served with data of this age. */
  readonly liveDataServed: (source: Pick<SourceReport, 'account' | 'endpoint'>, ageMs: number) => void;
}

/** Receives how the health of accounts changes. */
export interface HealthObserver {
  readonly stateChanged: (account: string, health: AccountHealth, previous: AccountState) => void;
  /** The vendor knows none of this many agents that it was asked for. Called for every further call that confirms it. */
  readonly agentsUnknown: (account: string, agents: number) => void;
}

/** What another process has written about an account. */
export interface PeerText {
  readonly text: string;
  /** How long ago it was written. */
  readonly ageMs: number;
}

/** What the processes of a fleet write about one account, one text each. */
export interface SharedHealthStore {
  /**
   * Replaces this process's text, unless it is null, and returns those of the others; null while the store cannot be reached.
   * Never rejects.
   */
  readonly exchange: (own: string | null) => Promise<readonly PeerText[] | null>;
}
