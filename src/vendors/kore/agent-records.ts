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
import { type AgentDetails, type StoredPeriod, toAgentDetails, toReferences } from './map.ts';
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
  const hasAll = () => requestedKeys && toReferenceSet(agents).isSupersetOf(requestedKeys);
  if (stopReason instanceof VendorError) return stopReason;
  if (stopReason === 'page-limit')
    return contractError(target, 'pagination', 'more pages than the limit of one request (maxPages)');
  if (stopReason === 'no-progress' && !hasAll()) return contractError(target, 'pagination');
  if (stopReason === 'too_large') return contractError(target, 'too_large', 'more than the size limit of one request');
  return unreadable > 0 ? contractError(target, 'contract', `${unreadable} records could not be read`) : null;
}

/** The content of one cell; a VendorError where nothing is known. */
export interface CellResult extends AgentDay {
  readonly cell: FetchedValue<Cell> | VendorError;
}

/** Every reference of every agent in the records. */
export function allReferences(records: AgentRecords): ReadonlySet<string> {
  return toReferenceSet(records.agents);
}

function toReferenceSet(agents: readonly AgentRecord[]): ReadonlySet<string> {
  return new Set(agents.flatMap(canonicalReferences));
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
  agents: ReadonlySet<string>,
  days: readonly CivilDate[],
  context: CellContext,
): readonly CellResult[] {
  const detailsByRef = detailsByReference(records, agents, context);
  const hasRecordWithoutUserId = records.agents.some(({ userId }) => !userId?.trim());
  const results: CellResult[] = [];
  for (const agent of agents) {
    const details = detailsByRef.get(agent) ?? [];
    // A record without a userId may belong to any agent that is looked up by userId.
    const isAmbiguous = details.length === 0 && hasRecordWithoutUserId && !isEmail(agent);
    const content = mergeDetails(details, isAmbiguous, records, context.target);
    for (const day of days) {
      const cell = content instanceof VendorError ? content : toFetchedCell(content, day, context);
      results.push({ agent, day, cell });
    }
  }
  return results;
}

/** What the records say about one agent on all days; an error where nothing is known. */
function mergeDetails(
  details: readonly AgentDetails[],
  isAmbiguous: boolean,
  records: AgentRecords,
  target: CallTarget,
): Cell | VendorError {
  const periods = dedupePeriods(allPeriods(details));
  const hasUnreadable = details.some((record) => record.unreadable > 0);
  const error =
    records.error ??
    (hasUnreadable || isAmbiguous ? contractError(target, 'contract') : null) ??
    (details.length === 0 ? records.absenceError : null);
  // An agent that a complete response does not mention has no periods. Nothing is known of an agent that an incomplete
  // response does not mention, or of which nothing could be read.
  const isUnknown = details.length === 0 || (hasUnreadable && periods.length === 0);
  if (error && isUnknown) return error;
  // The day of an unreadable record is unknown, so every day may be incomplete.
  return { periods, gap: error && toDataGap(error) };
}

function allPeriods(details: readonly AgentDetails[]): readonly StoredPeriod[] {
  const [first] = details;
  return first && details.length === 1 ? first.periods : details.flatMap(({ periods }) => periods);
}

function toFetchedCell({ periods, gap }: Cell, day: CivilDate, { now, ttl }: CellContext): FetchedValue<Cell> {
  const value: Cell = { periods: periodsOn(periods, day), gap };
  const { ttlSeconds, isFinal } = cellLifetime(value, day, now, ttl);
  return { value, ttlSeconds, isFinal };
}

/** What the records say about these agents, by reference. */
function detailsByReference(
  records: AgentRecords,
  agents: ReadonlySet<string>,
  { target, onDropped }: CellContext,
): ReadonlyMap<string, readonly AgentDetails[]> {
  const detailsByRef = new Map<string, AgentDetails[]>();
  let unreadable = 0;
  for (const agent of records.agents) {
    const details = toAgentDetails(agent);
    unreadable += details.unreadable;
    for (const key of canonicalReferences(agent)) {
      if (!agents.has(key)) continue;
      const knownDetails = detailsByRef.get(key);
      if (knownDetails) knownDetails.push(details);
      else detailsByRef.set(key, [details]);
    }
  }
  if (unreadable > 0) onDropped(target.endpoint, 'contract', unreadable);
  return detailsByRef;
}

/** Each once. */
function canonicalReferences(agent: AgentRecord): readonly string[] {
  const references = toReferences(agent).map(canonicalizeReference);
  return references[0] === references[1] ? references.slice(0, 1) : references;
}

function contractError(
  target: CallTarget,
  reason: 'contract' | 'foreign_agent' | 'pagination' | 'too_large',
  vendorMessage: string | null = null,
): VendorError {
  return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason, vendorMessage });
}
