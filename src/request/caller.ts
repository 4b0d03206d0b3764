import { type Scope, SCOPES } from '../config/settings.ts';
import type { Instant } from '../domain/clock.ts';

/** The authenticated sender of a request, with its permissions. */
export interface Caller {
  /** Identifies the caller in logs and for its limits. */
  readonly name: string;
  /** The names of the vendor accounts that the caller may see; null = all. */
  readonly accounts: ReadonlySet<string> | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Whether its credentials always stand for this caller, as an API key does and a token that expires does not. */
  readonly isLasting?: boolean;
  /** When its credentials end; absent: with the configuration. */
  readonly expiresAt?: Instant;
}

/** The caller of a gateway without `auth`; only this machine can reach such a gateway. */
export const anonymousCaller: Caller = {
  name: 'anonymous',
  accounts: null,
  scopes: new Set(SCOPES),
};

export function canAccess(caller: Caller, account: string): boolean {
  return caller.accounts === null || caller.accounts.has(account);
}
