import type { Agent, AgentAccount } from '../domain/agent.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { type SourcedResult, type SourceReport, failureReport } from '../domain/source.ts';
import { VendorError, isNotFound } from '../domain/vendor-error.ts';
import type { Capability, AccountDataSource } from '../vendors/vendor.ts';
import type { QueryContext } from './query-context.ts';
import { assertMaxLength } from './validate-args.ts';

/** The questions that an account can be asked about an agent. */
export type AgentCapability = Exclude<Capability, 'discover'>;

/** As many accounts as may be named at once. */
const MAX_ACCOUNT_NAMES = 100;

/** What one account answered. */
export interface AccountResult<T> {
  readonly agentAccount: AgentAccount;
  readonly data: T;
}

/** What all the accounts asked have answered. */
export interface FanOutResult<T> {
  /** In the order of the agent's accounts; those that failed are not among them. */
  readonly results: readonly AccountResult<T>[];
  readonly sources: readonly SourceReport[];
}

/** The agent's seats, those in `accounts` only when given, whose vendor can answer such a question. */
export function accountsSupporting(
  context: QueryContext,
  agent: Agent,
  capability: AgentCapability,
  accounts?: readonly string[] | null,
): readonly AgentAccount[] {
  if (accounts) assertMaxLength('accounts', accounts, MAX_ACCOUNT_NAMES);
  const unknown = accounts?.find((name) => !context.canAccess(name));
  if (unknown !== undefined) throw new InvalidInputError('accounts', `there is no account "${unknown}"`);
  return agent.accounts.filter(
    ({ account }) =>
      (accounts == null || accounts.includes(account)) && context.dataSource(account)?.[capability] !== undefined,
  );
}

/**
 * Asks all accounts at once. One that fails is reported, and costs only its own data; only when every one has failed is there
 * an error instead. That a vendor knows no such agent, or cannot answer such a question, is an answer.
 */
export async function fanOut<T>(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  call: (dataSource: AccountDataSource, ref: string) => Promise<SourcedResult<T>> | undefined,
): Promise<FanOutResult<T>> {
  const outcomes = await Promise.all(
    agentAccounts.map(async (agentAccount) => {
      try {
        const answer = await call(context.dataSource(agentAccount.account) ?? {}, agentAccount.ref);
        return { seat: agentAccount, answer, error: null };
      } catch (error) {
        if (error instanceof VendorError) return { seat: agentAccount, answer: undefined, error };
        throw error;
      }
    }),
  );
  const sources = outcomes.flatMap(({ answer, error }) => answer?.sources ?? (error ? [failureReport(error)] : []));
  for (const report of sources) context.recordReport(report);
  const failures = outcomes.flatMap(({ error }) => (error && !isNotFound(error) ? [error] : []));
  if (failures[0] && failures.length === outcomes.length) throw failures[0];
  return {
    results: outcomes.flatMap(({ seat: agentAccount, answer }) =>
      answer ? [{ agentAccount, data: answer.data }] : [],
    ),
    sources,
  };
}

/** Whether nothing is missing. */
export function isComplete(sources: readonly SourceReport[]): boolean {
  return sources.every((report) => report.outcome === 'OK');
}

/**
 * Whether there may be more than the source told: an older answer is an answer, and so is that nobody is known. What lies before
 * the time that a vendor keeps is gone; that is an error's reason only where nothing else is missing.
 */
export function mayBeMissingData({ outcome, error }: SourceReport): boolean {
  if (outcome === 'PARTIAL') return error?.reason !== 'retention';
  return outcome === 'FAILED' && !(error && isNotFound(error));
}
