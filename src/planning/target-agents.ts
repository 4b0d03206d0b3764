import type { Agent } from '../domain/agent.ts';
import { mayGetAccountFrom } from '../gather/agent-filter.ts';
import type { TargetAgents, UnlistedAgents } from '../vendors/call-estimate.ts';
import type { AgentCandidates } from './agent-candidates.ts';
import type { PlanningContext } from './planning-context.ts';

/** One account's share of a set of agents. */
interface AccountScan {
  readonly refs: readonly string[];
  /** How many further agents discovery may link to the account. */
  readonly potentialAccounts: number;
}

export type TargetResolver = (candidates: AgentCandidates, account: string) => TargetAgents;

/** Resolves candidates to the agents that a read of one account is about. Scans the same agents once per account. */
export function createTargetResolver(planning: PlanningContext): TargetResolver {
  const scanOnce = memoizeScans((agents, account) => scanAgents(planning, agents, account));

  return (candidates, account) => {
    const { resolvedBy, agents, maxAgents, unlisted } = candidates;
    const { refs, potentialAccounts } = scanOnce(agents, account);
    const isDiscoveryPending =
      resolvedBy === 'discovery' && planning.merged === null && planning.discoverableAccounts.has(account);
    if (!isDiscoveryPending) return new CandidateTarget(candidates, refs, Math.min(maxAgents, refs.length), 'none');
    if (unlisted !== 'none') return new CandidateTarget(candidates, refs, maxAgents, unlisted);
    const potentialAgents = Math.min(maxAgents, refs.length + potentialAccounts);
    return new CandidateTarget(candidates, refs, potentialAgents, potentialAccounts > 0 ? 'by-email' : 'none');
  };
}

/** Has the key of its candidates, which is computed only where a plan needs it. */
class CandidateTarget implements TargetAgents {
  readonly maxAgents: number;
  readonly refs: readonly string[];
  readonly unlisted: UnlistedAgents;
  readonly #candidates: AgentCandidates;

  constructor(candidates: AgentCandidates, refs: readonly string[], maxAgents: number, unlisted: UnlistedAgents) {
    this.maxAgents = maxAgents;
    this.refs = refs;
    this.unlisted = unlisted;
    this.#candidates = candidates;
  }

  get key(): string {
    return this.#candidates.key;
  }
}

type ScanAgents = (agents: readonly Agent[], account: string) => AccountScan;

function memoizeScans(scan: ScanAgents): ScanAgents {
  const scans = new Map<readonly Agent[], Map<string, AccountScan>>();
  return (agents, account) => {
    let scansOfAgents = scans.get(agents);
    if (!scansOfAgents) scans.set(agents, (scansOfAgents = new Map<string, AccountScan>()));
    let result = scansOfAgents.get(account);
    if (!result) scansOfAgents.set(account, (result = scan(agents, account)));
    return result;
  };
}

function scanAgents(planning: PlanningContext, agents: readonly Agent[], account: string): AccountScan {
  const refs: string[] = [];
  for (const agent of agents)
    for (const agentAccount of agent.accounts) if (agentAccount.account === account) refs.push(agentAccount.ref);
  const potentialAccounts = planning.discoverableAccounts.has(account)
    ? agents.filter((agent) => mayGetAccountFrom(planning, agent, account)).length
    : 0;
  return { refs, potentialAccounts };
}
