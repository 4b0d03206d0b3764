import { sum } from '../../domain/sum.ts';
import { type CivilDate, type TimeRange, utcDay } from '../../domain/time.ts';
import {
  type CacheProbe,
  type CallEstimator,
  memoizeBy,
  type PlannedRead,
  type TargetAgents,
} from '../call-estimate.ts';
import { MAX_AGENTS_PER_REQUEST, sharedWindows } from './batching.ts';
import { cellNamespace } from './cells.ts';
import type { KoreConfig } from './config.ts';
import { daysToRequest } from './data-source.ts';
import { directoryNamespace } from './discovery.ts';
import { maxPagesOf } from './pagination.ts';
import { canonicalizeReference, isEmail } from './references.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

/** Some agents, and the days that are read of each of them at the same moment. */
interface PlannedPiece {
  readonly target: TargetAgents;
  readonly days: readonly CivilDate[];
}

/** The part of a piece that is not cached, for agents with one kind of reference. */
interface UncachedPiece {
  readonly agents: number;
  readonly days: readonly CivilDate[];
  /** The references of all these agents; null when some are unknown. */
  readonly refs: readonly string[] | null;
}

interface UncachedReads {
  readonly target: TargetAgents;
  readonly emails: UncachedPiece;
  readonly userIds: UncachedPiece;
}

type EstimateSettings = Pick<KoreConfig, 'maxDaysPerCall' | 'maxPages'>;

/**
 * Counts the POSTs for the uncached cells, packed as `packRequests` packs them. UserIds and discovery need the pages of the
 * complete account: the maximum that is ever read, because only the pages themselves show how many there are.
 *
 * Reads of the same moment share a batch. Other reads may join that batch by chance, and its windows then differ from those
 * of each piece alone: one window may meet two of a piece's, but there are never more windows than all days together need.
 * The estimate is the smaller of the two bounds.
 */
export function estimateCalls({ maxDaysPerCall, maxPages }: EstimateSettings): CallEstimator {
  const countWindows = (days: readonly CivilDate[]): number =>
    days.length > 1 ? sharedWindows(days.map(dayWithoutAgent), maxDaysPerCall).length : days.length;
  const countPages = (days: readonly CivilDate[]): number => maxPagesOf(countWindows(days), maxPages);

  function countPosts(maxWindows: number, agents: number, days: readonly CivilDate[]): number {
    // The days of these agents are among those that need `maxWindows`.
    const windows = days.length > 0 && maxWindows <= 2 ? maxWindows : Math.min(maxWindows, 2 * countWindows(days));
    return windows * Math.ceil(agents / MAX_AGENTS_PER_REQUEST);
  }

  function countBatchCalls(batch: readonly UncachedReads[], maxWindows: number): number {
    const uncached = batch.map(({ emails }) => emails);
    const separatePosts = sum(uncached.map(({ agents, days }) => countPosts(maxWindows, agents, days)));
    const userIdPages = countPages(distinctDays(batch.map(({ userIds }) => userIds)));
    if (batch.length === 1) return separatePosts + userIdPages;
    const combinedPosts = countPosts(maxWindows, countDistinctAgents(uncached), distinctDays(uncached));
    return Math.min(separatePosts, combinedPosts) + userIdPages;
  }

  function countUnbatchedCalls({ target, emails, userIds }: UncachedReads, maxWindows: number): number {
    const agentsByEmail = Math.min(emails.agents, target.maxAgents - userIds.agents);
    return userIds.agents * countPages(userIds.days) + agentsByEmail * countPosts(maxWindows, 1, emails.days);
  }

  return (reads, now, probe) => {
    const groups = groupReads(reads, utcDay(now));
    const batches = groups.batches.map((batch) => batch.map((piece) => toUncachedReads(piece, probe)));
    const unbatched = groups.unbatched.map((piece) => toUncachedReads(piece, probe));
    const maxWindows = countWindows(distinctDays([...batches.flat(), ...unbatched].map(({ emails }) => emails)));
    const needsDiscovery =
      reads.some(({ capability }) => capability === 'discover') && !probe.isCached(directoryNamespace, null);
    const calls =
      sum(batches.map((batch) => countBatchCalls(batch, maxWindows))) +
      sum(unbatched.map((piece) => countUnbatchedCalls(piece, maxWindows))) +
      (needsDiscovery ? maxPages : 0);
    return [{ endpoint: STATUS_DETAILS_ENDPOINT, calls }];
  };
}

/** The piece of one read. */
interface ReadPiece extends PlannedPiece {
  readonly batchKey: string | null;
}

interface GroupedReads {
  /** The pieces of each batch. */
  readonly batches: readonly (readonly PlannedPiece[])[];
  readonly unbatched: readonly PlannedPiece[];
}

function groupReads(reads: readonly PlannedRead[], today: CivilDate): GroupedReads {
  const pieces = toPieces(reads, today);
  const [only, ...others] = pieces;
  if (others.length > 0) return groupPieces(pieces);
  // What nearly all queries have needs none of the keys, which are long texts.
  return only && only.batchKey !== null ? { batches: [[only]], unbatched: [] } : { batches: [], unbatched: pieces };
}

function toPieces(reads: readonly PlannedRead[], today: CivilDate): readonly ReadPiece[] {
  const toDays = (during: TimeRange) => daysToRequest(during, today);
  const daysOfRange = reads.length > 1 ? memoizeBy(({ from, to }: TimeRange) => `${from} ${to}`, toDays) : toDays;
  return reads.flatMap((read) => {
    if (read.capability !== 'statusPeriods' && read.capability !== 'currentStatus') return [];
    const days = read.capability === 'currentStatus' ? [today] : daysOfRange(read.during);
    return { target: read.target, batchKey: read.batchKey, days };
  });
}

interface GrowingPiece {
  readonly target: TargetAgents;
  readonly days: Set<CivilDate>;
}

/**
 * Groups pieces by batch, with one piece for each group of agents; and those outside of any batch, without the days that
 * a batch of the same agents has already requested: a query requests no cell twice.
 */
function groupPieces(pieces: readonly ReadPiece[]): GroupedReads {
  const batches = new Map<string, Map<string, GrowingPiece>>();
  const unbatched = new Map<string, PlannedPiece>();
  for (const { target, batchKey, days } of pieces) {
    if (batchKey === null) {
      unbatched.set(`${target.key} ${days.join()}`, { target, days });
      continue;
    }
    const batch = batches.get(batchKey) ?? new Map<string, GrowingPiece>();
    const piece = batch.get(target.key) ?? { target, days: new Set<CivilDate>() };
    for (const day of days) piece.days.add(day);
    batches.set(batchKey, batch.set(target.key, piece));
  }
  const isInBatch = (key: string, day: CivilDate): boolean =>
    [...batches.values()].some((batch) => batch.get(key)?.days.has(day) === true);
  return {
    batches: [...batches.values()].map((batch) =>
      [...batch.values()].map(({ target, days }) => ({ target, days: [...days] })),
    ),
    unbatched: [...unbatched.values()].map(({ target, days }) => ({
      target,
      days: days.filter((day) => !isInBatch(target.key, day)),
    })),
  };
}

/** An agent is requested by userId only if it has no e-mail address. */
function toUncachedReads({ target, days }: PlannedPiece, probe: CacheProbe): UncachedReads {
  const emails = target.refs.filter(isEmail);
  const userIds = emails.length === target.refs.length ? [] : target.refs.filter((ref) => !isEmail(ref));
  return {
    target,
    emails: toUncachedPiece(emails, days, target, target.unlisted !== 'none', probe),
    userIds: toUncachedPiece(userIds, days, target, target.unlisted === 'any', probe),
  };
}

function toUncachedPiece(
  refs: readonly string[],
  days: readonly CivilDate[],
  { maxAgents }: TargetAgents,
  hasUnknownRefs: boolean,
  probe: CacheProbe,
): UncachedPiece {
  const uncached = uncachedCells(refs, days, probe);
  if (hasUnknownRefs) return { agents: maxAgents, days, refs: null };
  return { agents: Math.min(maxAgents, uncached.refs.length), ...uncached };
}

type UncachedCells = Pick<UncachedPiece, 'days'> & { readonly refs: readonly string[] };

/** The references with days that are not cached, and these days. */
function uncachedCells(refs: readonly string[], days: readonly CivilDate[], probe: CacheProbe): UncachedCells {
  if (probe.isEmpty === true) return refs.length > 0 && days.length > 0 ? { refs, days } : { refs: [], days: [] };
  const uncached = refs
    .map((ref) => {
      const agent = canonicalizeReference(ref);
      return { ref, days: days.filter((day) => !probe.isCached(cellNamespace, { agent, ref, day })) };
    })
    .filter((reference) => reference.days.length > 0);
  return { refs: uncached.map(({ ref }) => ref), days: distinctDays(uncached) };
}

function countDistinctAgents(pieces: readonly UncachedPiece[]): number {
  const agents = sum(pieces.map((piece) => piece.agents));
  const refs = pieces.flatMap((piece) => piece.refs ?? []);
  return pieces.some((piece) => piece.refs === null) ? agents : Math.min(agents, new Set(refs).size);
}

function distinctDays(pieces: readonly Pick<UncachedPiece, 'days'>[]): readonly CivilDate[] {
  const [only] = pieces;
  // The days of one piece are distinct.
  if (only && pieces.length === 1) return only.days;
  return [...new Set(pieces.flatMap(({ days }) => days))];
}

function dayWithoutAgent(day: CivilDate) {
  return { agent: '', day };
}
