import type { SourceTrouble } from './board-agent.ts';

/** How many of the accounts that feed the board answer as they should. */
export interface SourceSummary {
  readonly total: number;
  readonly ok: number;
  readonly troubles: readonly SourceTrouble[];
}

/** Counts each account once: in trouble where any of its reports is. */
export function summariseSources(accounts: readonly string[], troubles: readonly SourceTrouble[]): SourceSummary {
  const byAccount = new Map<string, SourceTrouble>();
  for (const trouble of troubles) {
    const known = byAccount.get(trouble.account);
    if (!known || SEVERITY[trouble.outcome] > SEVERITY[known.outcome]) byAccount.set(trouble.account, trouble);
  }
  const names = new Set([...accounts, ...byAccount.keys()]);
  return { total: names.size, ok: names.size - byAccount.size, troubles: [...byAccount.values()] };
}

const SEVERITY = { PARTIAL: 0, STALE: 1, FAILED: 2 } as const;
