import type { AccountState } from '../../domain/account.ts';
import type { MetricFactory } from './registry.ts';

const STATE_VALUES: Readonly<Record<Exclude<AccountState, 'UNKNOWN'>, number>> = { OK: 0, DEGRADED: 1, DOWN: 2 };

/** The metrics of accounts as a whole. */
export interface AccountMetrics {
  /** Exports the state of these accounts whenever /metrics is read. */
  readonly watchAccounts: (names: readonly string[], stateOf: (name: string) => AccountState) => void;
}

/** The metrics that say how an account is now. */
export interface AccountStateMetrics {
  /** Ends the export of an account's state: it is no longer configured, or its name is that of another account now. What was counted stays. */
  readonly forgetAccount: (account: string) => void;
}

export function createAccountMetrics({ gauge }: MetricFactory): AccountMetrics {
  let readStates: () => readonly (readonly [name: string, state: AccountState])[] = () => [];
  gauge(
    'account_state',
    'Health of the account: 0 OK, 1 degraded, 2 down; absent before its first call.',
    ['account'],
    (states) => {
      states.reset();
      for (const [account, state] of readStates())
        if (state !== 'UNKNOWN') states.set({ account }, STATE_VALUES[state]);
    },
  );
  return {
    watchAccounts: (names, stateOf) => {
      readStates = () => names.map((name) => [name, stateOf(name)]);
    },
  };
}
