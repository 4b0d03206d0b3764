import type { Agent, Seat } from '../domain/agent.ts';
import { InvalidInput } from '../domain/invalid-input.ts';
import { type Answer, type SourceReport, failureReport } from '../domain/source.ts';
import { VendorError, saysNotFound } from '../domain/vendor-error.ts';
import type { Capability, Sources } from '../vendors/vendor.ts';
import type { Desk } from './desk.ts';
import { checkLength } from './input.ts';

/** The questions that an account can be asked about an agent. */
export type Question = Exclude<Capability, 'discover'>;

/** As many accounts as may be named at once. */
const MOST_ACCOUNTS = 100;

/** What one account answered. */
export interface Told<T> {
  readonly seat: Seat;
  readonly data: T;
}

/** What all the accounts asked have answered. */
export interface Gathered<T> {
  /** In the order of the agent's accounts; those that failed are not among them. */
  readonly told: readonly Told<T>[];
  readonly sources: readonly SourceReport[];
}

/** The agent's seats, those in `accounts` only when given, whose vendor can answer such a question. */
export function seatsFor(
  desk: Desk,
  agent: Agent,
  question: Question,
  accounts?: readonly string[] | null,
): readonly Seat[] {
  if (accounts) checkLength('accounts', accounts, MOST_ACCOUNTS);
  const unknown = accounts?.find((name) => !desk.mayUse(name));
  if (unknown !== undefined) throw new InvalidInput('accounts', `there is no account "${unknown}"`);
  return agent.seats.filter(
    ({ account }) =>
      (accounts == null || accounts.includes(account)) && desk.sources(account)?.[question] !== undefined,
  );
}

/**
 * Asks all accounts at once. One that fails is reported, and costs only its own data; only when every one has failed is there
 * an error instead. That a vendor knows no such agent, or cannot answer such a question, is an answer.
 */
export async function ask<T>(
  desk: Desk,
  seats: readonly Seat[],
  put: (sources: Sources, ref: string) => Promise<Answer<T>> | undefined,
): Promise<Gathered<T>> {
  const answers = await Promise.all(
    seats.map(async (seat) => {
      try {
        const answer = await put(desk.sources(seat.account) ?? {}, seat.ref);
        return { seat, answer, error: null };
      } catch (error) {
        if (error instanceof VendorError) return { seat, answer: undefined, error };
        throw error;
      }
    }),
  );
  const sources = answers.flatMap(({ answer, error }) => answer?.sources ?? (error ? [failureReport(error)] : []));
  for (const report of sources) desk.note(report);
  const failures = answers.flatMap(({ error }) => (error && !saysNotFound(error) ? [error] : []));
  if (failures[0] && failures.length === answers.length) throw failures[0];
  return { told: answers.flatMap(({ seat, answer }) => (answer ? [{ seat, data: answer.data }] : [])), sources };
}

/** Whether nothing is missing. */
export function isComplete(sources: readonly SourceReport[]): boolean {
  return sources.every((report) => report.outcome === 'OK');
}

/**
 * Whether there may be more than the source told: an older answer is an answer, and so is that nobody is known. What lies before
 * the time that a vendor keeps is gone; that is an error's reason only where nothing else is missing.
 */
export function lacksSomething({ outcome, error }: SourceReport): boolean {
  if (outcome === 'PARTIAL') return error?.reason !== 'retention';
  return outcome === 'FAILED' && !(error && saysNotFound(error));
}
