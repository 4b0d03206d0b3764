import type { FetchedValue } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import type { CivilDate } from '../../domain/time.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/response.ts';
import { toDataGap } from '../data-gap.ts';
import type { OnDropped } from '../ports.ts';
import type { AgentDay } from './batching.ts';
import { type Cell, cellLifetime, dedupePeriods, periodsOn } from './cells.ts';
import { type AgentDetails, toAgentDetails, toReferences } from './map.ts';
import type { FetchedPages } from './pagination.ts';
import { canonicalizeReference, isEmail } from './references.ts';
import type { AgentRecord } from './wire.ts';

/** The result of one request, over all its pages. */
export interface AgentRecords {
  /** In the vendor's order; an agent that appears on two pages is listed twice. */
  readonly agents: readonly AgentRecord[];
  /** Why records of these or other agents may be missing; null when the result is complete. */
  readonly error: VendorError | null;
  /** Why an agent that the response does not mention may still have records; null when it has none. */
  readonly absenceError: VendorError | null;
}

/**
 * The records of the agents requested by e-mail, or of all agents. Records of other agents are left out. A response that
 * has such a record may belong to another request, so agents that it does not mention count as missing. The agents that it
 * does mention are beyond doubt.
 */
export function collectRecords(
  pages: FetchedPages,
  requestedEmails: readonly string[] | undefined,
  target: CallTarget,
  onDropped: OnDropped,
): AgentRecords {
  const keys = requestedEmails && new Set(requestedEmails.map(canonicalizeReference));
  const agents = keys
    ? pages.agents.filter((agent) => canonicalReferences(agent).some((key) => keys.has(key)))
    : pages.agents;
  const foreignCount = pages.agents.length - agents.length;
  if (pages.unreadable > 0) onDropped(target.endpoint, 'contract', pages.unreadable);
  if (foreignCount > 0) onDropped(target.endpoint, 'foreign_agent', foreignCount);
  const absenceError =
    foreignCount === 0
      ? null
      : contractError(target, 'foreign_agent', `${foreignCount} records name agents that were not requested`);
  return { agents, error: findError(pages, agents, keys, target), absenceError };
}

function findError(
  { stopReason, unreadable }: FetchedPages,
  agents: readonly AgentRecord[],
  requestedKeys: ReadonlySet<string> | undefined,
  target: CallTarget,
): VendorError | null {
  const hasAll = requestedKeys && new Set(agents.flatMap(canonicalReferences)).isSupersetOf(requestedKeys);
  if (stopReason instanceof VendorError) return stopReason;
  if (stopReason === 'page-limit' || (stopReason === 'no-progress' && !hasAll))
    return contractError(target, 'pagination');
  if (stopReason === 'too_large') return contractError(target, 'too_large', 'more than the size limit of one request');
  return unreadable > 0 ? contractError(target, 'contract', `${unreadable} records could not be read`) : null;
}

/** The content of one cell; a VendorError where nothing is known. */
export interface CellResult extends AgentDay {
  readonly cell: FetchedValue<Cell> | VendorError;
}

/** Every reference of every agent in the records. */
export function allReferences(records: AgentRecords): readonly string[] {
  return [...new Set(records.agents.flatMap(canonicalReferences))];
}

interface CellContext {
  readonly target: CallTarget;
  readonly now: Instant;
  readonly ttl: Ttl;
  readonly onDropped: OnDropped;
}

/** Splits the records of these agents on these days into cells. */
export function toCells(
  records: AgentRecords,
  agents: readonly string[],
  days: readonly CivilDate[],
  context: CellContext,
): readonly CellResult[] {
  const detailsByRef = detailsByReference(records, context);
  const hasRecordWithoutUserId = records.agents.some(({ userId }) => !userId?.trim());
  return agents.flatMap((agent): readonly CellResult[] => {
    const details = detailsByRef.get(agent) ?? [];
    const periods = dedupePeriods(details.flatMap((record) => record.periods));
    const hasUnreadable = details.some((record) => record.unreadable > 0);
    // A record without a userId may belong to any agent that is looked up by userId.
    const isAmbiguous = details.length === 0 && hasRecordWithoutUserId && !isEmail(agent);
    const error =
      records.error ??
      (hasUnreadable || isAmbiguous ? contractError(context.target, 'contract') : null) ??
      (details.length === 0 ? records.absenceError : null);
    // An agent that a complete response does not mention has no periods. Nothing is known of an agent that an incomplete
    // response does not mention, or of which nothing could be read.
    const isUnknown = details.length === 0 || (hasUnreadable && periods.length === 0);
    if (error && isUnknown) return days.map((day) => ({ agent, day, cell: error }));
    // The day of an unreadable record is unknown, so every day may be incomplete.
    const gap = error && toDataGap(error);
    return days.map((day) => {
      const value: Cell = { periods: periodsOn(periods, day), gap };
      return { agent, day, cell: { value, ...cellLifetime(value, day, context.now, context.ttl) } };
    });
  });
}

function detailsByReference(
  records: AgentRecords,
  { target, onDropped }: CellContext,
): ReadonlyMap<string, readonly AgentDetails[]> {
  const detailsByRef = new Map<string, AgentDetails[]>();
  let unreadable = 0;
  for (const agent of records.agents) {
    const details = toAgentDetails(agent);
    unreadable += details.unreadable;
    for (const key of new Set(canonicalReferences(agent))) {
      const knownDetails = detailsByRef.get(key);
      if (knownDetails) knownDetails.push(details);
      else detailsByRef.set(key, [details]);
    }
  }
  if (unreadable > 0) onDropped(target.endpoint, 'contract', unreadable);
  return detailsByRef;
}

function canonicalReferences(agent: AgentRecord): readonly string[] {
  return toReferences(agent).map(canonicalizeReference);
}

function contractError(
  target: CallTarget,
  reason: 'contract' | 'foreign_agent' | 'pagination' | 'too_large',
  vendorMessage: string | null = null,
): VendorError {
  return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason, vendorMessage });
}
