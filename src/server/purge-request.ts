import { z } from 'zod';
import { findClosestName } from '../config/closest-name.ts';
import { showValues, withSuggestion, withValue } from '../config/named-value.ts';
import { zodErrorMap } from '../config/zod-messages.ts';
import type { Instant } from '../domain/clock.ts';
import { DAY, isCivilDate, startOfUtcDay } from '../domain/time.ts';

/** What is purged. */
export interface PurgeRequest {
  /** The names of accounts. */
  readonly accounts: readonly string[];
  /** An agent's id, key or e-mail address, or its reference in the account; null: every agent. */
  readonly agent: string | null;
  /** Null: from the beginning. */
  readonly from: Instant | null;
  /** Null: without end. */
  readonly to: Instant | null;
}

/** What is wrong with one key of a request. */
export interface PurgeRequestProblem {
  readonly key: string;
  readonly message: string;
}

const timeSchema = z
  .string()
  .refine((text) => isCivilDate(text) || z.iso.datetime({ offset: true }).safeParse(text).success, {
    error: ({ input }) =>
      withValue('must be an instant like 2026-11-20T09:30:00Z, with an offset or Z, or a day like 2026-11-20', input),
  })
  .optional();

const purgeSchema = z.strictObject({
  account: z.string().optional(),
  all: z.literal(true).optional(),
  agent: z.string().min(1).max(320).optional(),
  from: timeSchema,
  to: timeSchema,
});

const DAY_LENGTH = 'yyyy-mm-dd'.length;

/** Reads the body of a purge; `knownAccounts` are those that the caller may use. Returns all problems where there are any. */
export function parsePurgeRequest(
  body: unknown,
  knownAccounts: readonly string[],
): PurgeRequest | readonly PurgeRequestProblem[] {
  const parsed = purgeSchema.safeParse(body, { error: zodErrorMap });
  if (!parsed.success) return parsed.error.issues.flatMap(toProblems);
  const { account, all, agent = null, from, to } = parsed.data;
  const request = {
    accounts: account === undefined ? knownAccounts : [account],
    agent,
    from: from === undefined ? null : toInstant(from, 0),
    // Dates are inclusive.
    to: to === undefined ? null : toInstant(to, DAY),
  };
  const problems = findProblems({ account, all }, request, knownAccounts);
  return problems.length > 0 ? problems : request;
}

function findProblems(
  { account, all }: { readonly account: string | undefined; readonly all: boolean | undefined },
  { from, to }: PurgeRequest,
  knownAccounts: readonly string[],
): readonly PurgeRequestProblem[] {
  const problems: PurgeRequestProblem[] = [];
  if (account === undefined && all === undefined)
    problems.push({ key: 'account', message: 'is missing; name an account, or send "all": true for all of them' });
  if (account !== undefined && all !== undefined)
    problems.push({ key: 'all', message: 'must not be sent together with account' });
  if (account !== undefined && !knownAccounts.includes(account)) {
    const message = withSuggestion(
      withValue('is not an account that you may use', account),
      findClosestName(account, knownAccounts),
    );
    problems.push({ key: 'account', message: showValues(message) });
  }
  if (from !== null && to !== null && from >= to) problems.push({ key: 'to', message: 'must be after from' });
  return problems;
}

function toInstant(text: string, dayMs: number): Instant {
  return text.length === DAY_LENGTH ? startOfUtcDay(text) + dayMs : Date.parse(text.toUpperCase());
}

function toProblems(issue: z.core.$ZodIssue): readonly PurgeRequestProblem[] {
  const messages = showValues(issue.message).split('\n');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key, index) => ({ key, message: messages[index] ?? '' }));
  return [{ key: issue.path.map(String).join('.'), message: messages.join() }];
}
