import type { FetchedValue } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import type { CivilDate } from '../../domain/time.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/response.ts';
import { type Cell, periodsOn, dedupePeriods, cellTtlSeconds } from './cells.ts';
import { toDataGap } from '../data-gap.ts';
import { type AgentDetails, toAgentDetails, toReferences } from './map.ts';
import type { FetchedPages } from './pagination.ts';
import type { AgentDay } from './batching.ts';
import { isEmail, canonicalizeReference } from './references.ts';
import type { AgentRecord } from './wire.ts';

/** What one question brought. */
export interface AgentRecords {
  /** In the vendor's order; one that showed up on two pages stands here twice. */
  readonly agents: readonly AgentRecord[];
  /** Why there may be more to tell, of these agents or of others; null when this is all. */
  readonly error: VendorError | null;
}

/**
 * What pages tell of the agents who were asked for by e-mail, or of everybody. Records of others are left out. With one of
 * them among the rest, the answer may be another question's, so that it is not to be trusted for what it does not hold.
 */
export function collectRecords(
  pages: FetchedPages,
  requestedEmails: readonly string[] | undefined,
  target: CallTarget,
): AgentRecords {
  const keys = requestedEmails && new Set(requestedEmails.map(canonicalizeReference));
  const agents = keys
    ? pages.agents.filter((agent) => canonicalReferences(agent).some((key) => keys.has(key)))
    : pages.agents;
  return { agents, error: findError(pages, agents, keys, target) };
}

function findError(
  { agents: receivedRecords, stopReason, unreadable: hasUnreadable }: FetchedPages,
  agents: readonly AgentRecord[],
  requestedKeys: ReadonlySet<string> | undefined,
  target: CallTarget,
): VendorError | null {
  const hasAll = requestedKeys && new Set(agents.flatMap(canonicalReferences)).isSupersetOf(requestedKeys);
  const foreignCount = receivedRecords.length - agents.length;
  if (stopReason instanceof VendorError) return stopReason;
  if (stopReason === 'page-limit' || (stopReason === 'no-progress' && !hasAll))
    return contractError(target, 'pagination');
  if (stopReason === 'too_large') return contractError(target, 'too_large', 'more than is read at once');
  if (foreignCount > 0)
    return contractError(target, 'foreign_agent', `${foreignCount} records name nobody who was asked for`);
  return hasUnreadable > 0 ? contractError(target, 'contract', `${hasUnreadable} records could not be read`) : null;
}

/** A place and what belongs there: a VendorError where nothing is known. */
export interface CellResult extends AgentDay {
  readonly cell: FetchedValue<Cell> | VendorError;
}

/** Everybody whom the vendor named, by every reference. */
export function allReferences(records: AgentRecords): readonly string[] {
  return [...new Set(records.agents.flatMap(canonicalReferences))];
}

/** Cuts what the vendor told of these agents on these days into cells. */
export function toCells(
  records: AgentRecords,
  agents: readonly string[],
  days: readonly CivilDate[],
  context: { readonly target: CallTarget; readonly now: Instant; readonly ttl: Ttl },
): readonly CellResult[] {
  const detailsByRef = detailsByReference(records);
  const hasRecordWithoutUserId = records.agents.some(({ userId }) => !userId?.trim());
  return agents.flatMap((agent): readonly CellResult[] => {
    const details = detailsByRef.get(agent) ?? [];
    const periods = dedupePeriods(details.flatMap((record) => record.periods));
    const unreadable = details.some((record) => record.unreadable > 0);
    // A record without a userId may be anybody's who is looked for by one.
    const isAmbiguous = details.length === 0 && hasRecordWithoutUserId && !isEmail(agent);
    const error = records.error ?? (unreadable || isAmbiguous ? contractError(context.target, 'contract') : null);
    // An agent whom a whole answer does not mention has no periods, and that is an answer. One whom a broken-off answer
    // does not mention, or of whom nothing could be read, is another matter.
    const isUnknown = details.length === 0 || (unreadable && periods.length === 0);
    if (error && isUnknown) return days.map((day) => ({ agent, day, cell: error }));
    // What could not be read belongs to no day, so it casts doubt on all.
    const gap = error && toDataGap(error);
    return days.map((day) => {
      const value: Cell = { periods: periodsOn(periods, day), gap };
      return { agent, day, cell: { value, ttlSeconds: cellTtlSeconds(value, day, context.now, context.ttl) } };
    });
  });
}

function detailsByReference(records: AgentRecords): ReadonlyMap<string, readonly AgentDetails[]> {
  const detailsByRef = new Map<string, AgentDetails[]>();
  for (const agent of records.agents) {
    const details = toAgentDetails(agent);
    for (const key of new Set(canonicalReferences(agent))) {
      const knownDetails = detailsByRef.get(key);
      if (knownDetails) knownDetails.push(details);
      else detailsByRef.set(key, [details]);
    }
  }
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
