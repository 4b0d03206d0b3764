import { type Scope, SCOPES } from '../config/settings.ts';

/** Who asks, and what they may. */
export interface Caller {
  /** For logs and for counting what the caller uses. */
  readonly name: string;
  /** The names of the vendor accounts that they may see; null = all. */
  readonly accounts: ReadonlySet<string> | null;
  readonly scopes: ReadonlySet<Scope>;
}

/** Whoever asks a gateway that asks for no proof: only this machine can. */
export const anonymousCaller: Caller = {
  name: 'anybody',
  accounts: null,
  scopes: new Set(SCOPES),
};

export function canAccess(caller: Caller, account: string): boolean {
  return caller.accounts === null || caller.accounts.has(account);
}
