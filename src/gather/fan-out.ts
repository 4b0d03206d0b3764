import type { Agent, AgentAccount } from '../domain/agent.ts';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { allValues, mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import { failureReport, type SourcedResult, type SourceReport } from '../domain/source.ts';
import { isNotFound, VendorError } from '../domain/vendor-error.ts';
import type { AccountDataSource, Capability } from '../vendors/vendor.ts';
import type { QueryContext } from './query-context.ts';
import { assertMaxLength } from './validate-args.ts';

/** A capability of an account that concerns one agent. */
export type AgentCapability = Exclude<Capability, 'discover'>;

const MAX_ACCOUNT_NAMES = 100;

/** The result of one account. */
export interface AccountResult<T> {
  readonly agentAccount: AgentAccount;
  readonly data: T;
}

/** The results of all accounts that were read. */
export interface FanOutResult<T> {
  /** In the order of the agent's accounts, without those that failed. */
  readonly results: readonly AccountResult<T>[];
  readonly sources: readonly SourceReport[];
}

/** The results of all accounts that were read, with the first failure where every account has failed. */
export interface FanOutOutcome<T> extends FanOutResult<T> {
  readonly error: VendorError | null;
}

/** The agent's accounts that support a capability; with `accounts`, only those listed. Throws InvalidInputError. */
export function accountsSupporting(
  context: QueryContext,
  agent: Agent,
  capability: AgentCapability,
  accounts?: readonly string[] | null,
): readonly AgentAccount[] {
  if (accounts) assertAccountNames(context, accounts);
  return agent.accounts.filter(
    ({ account }) =>
      (accounts == null || accounts.includes(account)) && context.dataSource(account)?.[capability] !== undefined,
  );
}

/** Throws InvalidInputError. */
export function assertAccountNames(context: QueryContext, names: readonly string[]): void {
  assertMaxLength('accounts', names, MAX_ACCOUNT_NAMES);
  const unknown = names.find((name) => !context.canAccess(name));
  if (unknown !== undefined) throw new InvalidInputError('accounts', `there is no account "${unknown}"`);
}

type ReadAccount<T> = (dataSource: AccountDataSource, ref: string) => MaybePromise<SourcedResult<T>> | undefined;

/**
 * Reads all accounts concurrently (scatter-gather) and tolerates partial failure: a failed account is reported and costs only
 * its own data. Rejects only where every account has failed. "Not found" and "unsupported" are results, not failures.
 */
export function fanOut<T>(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  call: ReadAccount<T>,
): MaybePromise<FanOutResult<T>> {
  return readAccounts(context, agentAccounts, call, throwCommonFailure);
}

function throwCommonFailure<T>(outcome: FanOutOutcome<T>): FanOutResult<T> {
  if (outcome.error) throw outcome.error;
  return outcome;
}

/** Does the same as `fanOut`, but returns the reports also where every account has failed. */
export function tryFanOut<T>(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  call: ReadAccount<T>,
): MaybePromise<FanOutOutcome<T>> {
  return readAccounts(context, agentAccounts, call, (outcome) => outcome);
}

function readAccounts<T, Result>(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  call: ReadAccount<T>,
  toResult: (outcome: FanOutOutcome<T>) => Result,
): MaybePromise<Result> {
  const [only] = agentAccounts;
  if (!only || agentAccounts.length > 1) return readSeveral(context, agentAccounts, call, toResult);
  // The usual case, with as few objects for it as can be.
  const read = startRead(context, only, call);
  if (!(read instanceof Promise)) return toResult(reportOutcome(context, read));
  context.readStarted();
  const end = (outcome: AccountOutcome<T>): Result => toResult(reportOutcome(context, outcome));
  return read.then(
    (result) => {
      context.readEnded();
      return end(succeeded(only, result));
    },
    (error: unknown) => {
      context.readEnded();
      return end(failed(only, error));
    },
  );
}

function readSeveral<T, Result>(
  context: QueryContext,
  agentAccounts: readonly AgentAccount[],
  call: ReadAccount<T>,
  toResult: (outcome: FanOutOutcome<T>) => Result,
): MaybePromise<Result> {
  const reads = agentAccounts.map((agentAccount) => {
    const read = startRead(context, agentAccount, call);
    if (!(read instanceof Promise)) return read;
    return read.then(
      (result) => succeeded(agentAccount, result),
      (error: unknown) => failed(agentAccount, error),
    );
  });
  const outcome = mapValue(allValues(reads), (all) =>
    toResult(combineOutcomes(all.map((read) => reportOutcome(context, read)))),
  );
  if (outcome instanceof Promise) {
    context.readStarted();
    outcome.then(context.readEnded, context.readEnded);
  }
  return outcome;
}

interface AccountOutcome<T> {
  readonly agentAccount: AgentAccount;
  /** Absent where the account failed or does not support it. */
  readonly result: SourcedResult<T> | undefined;
  readonly error: VendorError | null;
}

/** Returns a promise of the account's own result; what it throws at once is an outcome, as what it rejects with becomes one. */
function startRead<T>(
  context: QueryContext,
  agentAccount: AgentAccount,
  call: ReadAccount<T>,
): AccountOutcome<T> | Promise<SourcedResult<T>> {
  try {
    const result = call(context.dataSource(agentAccount.account) ?? {}, agentAccount.ref);
    return result instanceof Promise ? result : succeeded(agentAccount, result);
  } catch (error) {
    return failed(agentAccount, error);
  }
}

function succeeded<T>(agentAccount: AgentAccount, result: SourcedResult<T> | undefined): AccountOutcome<T> {
  return { agentAccount, result, error: null };
}

/** Throws what no vendor is the reason of. */
function failed(agentAccount: AgentAccount, error: unknown): AccountOutcome<never> {
  if (error instanceof VendorError) return { agentAccount, result: undefined, error };
  throw error;
}

/** Records the reports of an account. */
function reportOutcome<T>(context: QueryContext, { agentAccount, result, error }: AccountOutcome<T>): FanOutOutcome<T> {
  const sources = result?.sources ?? (error ? [failureReport(error)] : []);
  for (const report of sources) context.recordReport(report, agentAccount.ref);
  return {
    results: result ? [{ agentAccount, data: result.data }] : [],
    sources,
    error: error && !isNotFound(error) ? error : null,
  };
}

function combineOutcomes<T>(outcomes: readonly FanOutOutcome<T>[]): FanOutOutcome<T> {
  const failures = outcomes.map(({ error }) => error).filter((error) => error !== null);
  return {
    results: outcomes.flatMap(({ results }) => results),
    sources: outcomes.flatMap(({ sources }) => sources),
    error: failures.length === outcomes.length ? (failures[0] ?? null) : null,
  };
}

/** The data of all accounts, in their order. */
export function allData<T>(results: readonly AccountResult<readonly T[]>[]): readonly T[] {
  const [only] = results;
  return only && results.length === 1 ? only.data : results.flatMap(({ data }) => data);
}

/** Whether no source misses anything. */
export function isComplete(sources: readonly SourceReport[]): boolean {
  return sources.every((report) => report.outcome === 'OK');
}

/**
 * Whether the source may have more data than it returned. A stale result counts as a result, and so does "not found". Data from
 * before the vendor's retention is gone; that is an error's reason only where nothing else is missing.
 */
export function mayBeMissingData({ outcome, error }: SourceReport): boolean {
  if (outcome === 'PARTIAL') return error?.reason !== 'retention';
  return outcome === 'FAILED' && !(error && isNotFound(error));
}

/** The error for a field that requires complete sources: that of the first incomplete one. */
export function incompleteSourceError(context: QueryContext, sources: readonly SourceReport[]): VendorError {
  const report = sources.find(({ outcome }) => outcome !== 'OK');
  if (!report) throw new Error('every source is complete');
  const { account, endpoint, error } = report;
  const { vendor } = context.account(account);
  return (
    error ??
    new VendorError({ vendor, account, endpoint }, 'VENDOR_BAD_RESPONSE', 'A part of the vendor’s data is missing')
  );
}
