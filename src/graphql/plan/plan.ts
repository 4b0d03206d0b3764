import type { Desk } from '../../gather/desk.ts';
import { type Outlook, outlookNow, outlookOf } from '../../gather/prospects.ts';
import type { Charge, Question } from '../../vendors/estimate.ts';
import type { Connection } from '../../vendors/vendor.ts';
import type { Operation } from '../operation.ts';
import { questionsOf } from './walk.ts';

/**
 * What an operation may cost. LivePerson's file downloads are not among the calls: only the lists of files, which are, tell
 * how many there will be.
 */
export interface Plan {
  /** One for each account and endpoint that may be called, in the configuration's order. */
  readonly vendorCalls: readonly PlannedCalls[];
  /** How many calls at most, were nothing cached. */
  readonly total: number;
}

export interface PlannedCalls {
  readonly account: string;
  readonly endpoint: string;
  /** How many calls at most, were nothing cached. */
  readonly atMost: number;
  /** How many of these the cache would spare just now. */
  readonly cached: number;
}

interface Line extends Charge {
  readonly account: string;
}

/** How many vendor calls an operation can take at most. Asks nobody, not even the cache. */
export function countPlanned(operation: Operation, desk: Desk): number {
  return totalOf(atMost(operation, desk));
}

/** The whole plan. Asks the cache, but no vendor. */
export async function planOf(operation: Operation, desk: Desk): Promise<Plan> {
  const lines = atMost(operation, desk);
  const { now } = desk.request;
  const outlook = await outlookNow(desk);
  const missing = await Promise.all(
    asked(operation, desk, outlook).map(async ({ connection, questions }) =>
      linesOf(connection, await connection.missing(questions, now)),
    ),
  );
  const left = new Map(missing.flat().map((line) => [nameOf(line), line.calls]));
  return {
    vendorCalls: lines
      .filter(({ calls }) => calls > 0)
      .map((line) => {
        const { account, endpoint, calls } = line;
        return { account, endpoint, atMost: calls, cached: Math.max(0, calls - (left.get(nameOf(line)) ?? 0)) };
      }),
    total: totalOf(lines),
  };
}

function atMost(operation: Operation, desk: Desk): readonly Line[] {
  return asked(operation, desk, outlookOf(desk)).flatMap(({ connection, questions }) =>
    linesOf(connection, connection.atMost(questions, desk.request.now)),
  );
}

/** The accounts that an operation may ask, and what. */
function asked(operation: Operation, desk: Desk, outlook: Outlook) {
  const questions = questionsOf(operation, outlook);
  return desk.house.connections.flatMap((connection): { connection: Connection; questions: readonly Question[] }[] => {
    const mine = questions.get(connection.account.name);
    return mine ? [{ connection, questions: mine }] : [];
  });
}

function linesOf({ account }: Connection, charges: readonly Charge[]): readonly Line[] {
  return charges.map((charge) => ({ ...charge, account: account.name }));
}

function nameOf({ account, endpoint }: Line): string {
  return JSON.stringify([account, endpoint]);
}

function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { calls }) => sum + calls, 0);
}
