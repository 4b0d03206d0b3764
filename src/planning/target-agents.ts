import type { Agent } from '../domain/agent.ts';
import { mayGetAccountFrom } from '../gather/agent-filter.ts';
import { accountsSupporting, type AgentCapability } from '../gather/fan-out.ts';
import type { TargetAgents } from '../vendors/call-estimate.ts';
import type { AgentCandidates } from './agent-candidates.ts';
import type { PlanningContext } from './planning-context.ts';

/** Which accounts of an agent a field reads: those in `accounts` that support the capability, or only the first of them. */
export interface AccountSelection {
  readonly capability: AgentCapability;
  readonly accounts: readonly string[] | null;
}

/** One account's share of a set of agents. */
interface AccountScan {
  readonly refs: readonly string[];
  /** How many further agents discovery may link to the account. */
  readonly potentialAccounts: number;
}

export type TargetResolver = (
  candidates: AgentCandidates,
  account: string,
  selection: AccountSelection,
) => TargetAgents;

/** Resolves candidates to the agents that a read of one account is about. Scans the same agents once per account and selection. */
export function createTargetResolver(planning: PlanningContext): TargetResolver {
  const scanOnce = memoizeScans((agents, account, selection) => scanAgents(planning, agents, account, selection));

  return ({ key, resolvedBy, agents, maxAgents, unlisted }, account, selection) => {
    const { refs, potentialAccounts } = scanOnce(agents, account, selection);
    const isDiscoveryPending =
      resolvedBy === 'discovery' && planning.merged === null && planning.discoverableAccounts.has(account);
    if (!isDiscoveryPending) return { key, maxAgents: Math.min(maxAgents, refs.length), refs, unlisted: 'none' };
    if (unlisted !== 'none') return { key, maxAgents, refs, unlisted };
    return {
      key,
      maxAgents: Math.min(maxAgents, refs.length + potentialAccounts),
      refs,
      unlisted: potentialAccounts > 0 ? 'by-email' : 'none',
    };
  };
}

type ScanAgents = (agents: readonly Agent[], account: string, selection: AccountSelection) => AccountScan;

function memoizeScans(scan: ScanAgents): ScanAgents {
  const scans = new Map<readonly Agent[], Map<string, AccountScan>>();
  return (agents, account, selection) => {
    const scansOfAgents = scans.get(agents) ?? new Map<string, AccountScan>();
    const key = JSON.stringify([account, selection]);
    const result = scansOfAgents.get(key) ?? scan(agents, account, selection);
    scans.set(agents, scansOfAgents.set(key, result));
    return result;
  };
}

function scanAgents(
  planning: PlanningContext,
  agents: readonly Agent[],
  account: string,
  { capability, accounts }: AccountSelection,
): AccountScan {
  const [first] = agents;
  // The account is known to have the capability; what is asked once for all agents is whether the field rejects its arguments.
  if (first) accountsSupporting(planning.context, first, capability, accounts);
  const refs: string[] = [];
  for (const agent of agents)
    for (const agentAccount of agent.accounts) if (agentAccount.account === account) refs.push(agentAccount.ref);
  const potentialAccounts = planning.discoverableAccounts.has(account)
    ? agents.filter((agent) => mayGetAccountFrom(planning, agent, account)).length
    : 0;
  return { refs, potentialAccounts };
}
