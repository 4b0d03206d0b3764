import { type CivilDate, type TimeRange, utcDay } from '../../domain/time.ts';
import {
  type CallEstimator,
  type CacheProbe,
  type PlannedRead,
  memoizeBy,
  type TargetAgents,
} from '../call-estimate.ts';
import { cellNamespace } from './cells.ts';
import type { KoreConfig } from './config.ts';
import { directoryNamespace } from './discovery.ts';
import { MAX_PAGES } from './pagination.ts';
import { MAX_AGENTS_PER_REQUEST, sharedWindows } from './batching.ts';
import { isEmail, canonicalizeReference } from './references.ts';
import { daysToRequest } from './data-source.ts';
import { STATUS_DETAILS_ENDPOINT } from './wire.ts';

/** Some agents, and the days that are asked of each of them at the same moment. */
interface PlannedPiece {
  readonly whom: TargetAgents;
  readonly days: readonly CivilDate[];
}

/** What is not there yet of a piece, for agents asked by one kind of reference. */
interface UncachedPiece {
  readonly agents: number;
  readonly days: readonly CivilDate[];
  /** The references of them all; null when they are not all known. */
  readonly refs: readonly string[] | null;
}

/**
 * POSTs for the cells that are not there, packed as `plan` packs them; and for userIds and discovery the pages of the whole
 * account, as many as are ever read, because only the pages tell how many there are.
 *
 * What is asked at the same moment comes into one batch. Other things may come into it by chance, and its windows then fall
 * otherwise than each piece's own would: one window may meet two of a piece's, but there are never more than all days
 * together need. Hence the lesser of the two.
 */
export function estimateCalls({ maxDaysPerCall }: Pick<KoreConfig, 'maxDaysPerCall'>): CallEstimator {
  const countWindows = (days: readonly CivilDate[]): number =>
    sharedWindows(days.map(dayWithoutAgent), maxDaysPerCall).length;
  const countPages = (days: readonly CivilDate[]): number => countWindows(days) * MAX_PAGES;

  return (reads, now, probe) => {
    const groups = groupReads(reads, utcDay(now));
    const withUncached = (piece: PlannedPiece) => ({
      ...piece,
      emails: uncachedEmails(piece, probe),
      userIds: uncachedUserIds(piece, probe),
    });
    const batches = groups.batches.map((batch) => batch.map(withUncached));
    const unbatched = groups.unbatched.map(withUncached);
    const maxWindows = countWindows([...batches.flat(), ...unbatched].flatMap(({ emails }) => emails.days));
    const countPosts = (agents: number, days: readonly CivilDate[]): number =>
      Math.min(maxWindows, 2 * countWindows(days)) * Math.ceil(agents / MAX_AGENTS_PER_REQUEST);

    const batchCalls = batches.map((round) => {
      const uncached = round.map(({ emails }) => emails);
      const separatePosts = sum(uncached.map(({ agents, days }) => countPosts(agents, days)));
      const combinedPosts = countPosts(countDistinctAgents(uncached), distinctDays(uncached));
      return Math.min(separatePosts, combinedPosts) + countPages(distinctDays(round.map(({ userIds }) => userIds)));
    });
    const unbatchedCalls = unbatched.map(({ whom, emails, userIds }) => {
      const byEmail = Math.min(emails.agents, whom.maxAgents - userIds.agents);
      return userIds.agents * countPages(userIds.days) + byEmail * countPosts(1, emails.days);
    });
    const needsDiscovery =
      reads.some(({ capability }) => capability === 'discover') && !probe.isCached(directoryNamespace, null);
    return [
      {
        endpoint: STATUS_DETAILS_ENDPOINT,
        calls: sum(batchCalls) + sum(unbatchedCalls) + (needsDiscovery ? MAX_PAGES : 0),
      },
    ];
  };
}

/**
 * The pieces of each round, one for each group of agents; and those that come at a moment of their own. Of the latter,
 * without days that the same agents' round has asked for before: what a query has once, it does not ask for again.
 */
function groupReads(reads: readonly PlannedRead[], today: CivilDate) {
  const batches = new Map<string, Map<string, { readonly whom: TargetAgents; readonly days: Set<CivilDate> }>>();
  const unbatched = new Map<string, PlannedPiece>();
  const daysOfRange = memoizeBy(
    ({ from, to }: TimeRange) => `${from} ${to}`,
    (during) => daysToRequest(during, today),
  );
  for (const read of reads) {
    if (read.capability !== 'statusPeriods' && read.capability !== 'currentStatus') continue;
    const { target, batchKey } = read;
    const days = read.capability === 'currentStatus' ? [today] : daysOfRange(read.during);
    if (batchKey === null) {
      unbatched.set(`${target.key} ${days.join()}`, { whom: target, days });
      continue;
    }
    const round =
      batches.get(batchKey) ?? new Map<string, { readonly whom: TargetAgents; readonly days: Set<CivilDate> }>();
    const piece = round.get(target.key) ?? { whom: target, days: new Set<CivilDate>() };
    for (const day of days) piece.days.add(day);
    batches.set(batchKey, round.set(target.key, piece));
  }
  const isInBatch = (key: string, day: CivilDate): boolean =>
    [...batches.values()].some((round) => round.get(key)?.days.has(day) === true);
  return {
    batches: [...batches.values()].map((round) =>
      [...round.values()].map(({ whom, days }) => ({ whom, days: [...days] })),
    ),
    unbatched: [...unbatched.values()].map(({ whom, days }) => ({
      whom,
      days: days.filter((day) => !isInBatch(whom.key, day)),
    })),
  };
}

function uncachedEmails({ whom, days }: PlannedPiece, probe: CacheProbe): UncachedPiece {
  return toUncachedPiece(whom.refs.filter(isEmail), days, whom, whom.unlisted !== 'none', probe);
}

/** The userId is the reference of those only who have no e-mail address. */
function uncachedUserIds({ whom, days }: PlannedPiece, probe: CacheProbe): UncachedPiece {
  const userIds = whom.refs.filter((ref) => !isEmail(ref));
  return toUncachedPiece(userIds, days, whom, whom.unlisted === 'any', probe);
}

function toUncachedPiece(
  refs: readonly string[],
  days: readonly CivilDate[],
  whom: TargetAgents,
  hasUnknownRefs: boolean,
  probe: CacheProbe,
): UncachedPiece {
  const missing = refs
    .map((ref) => {
      const agent = canonicalizeReference(ref);
      return { ref, days: days.filter((day) => !probe.isCached(cellNamespace, { agent, ref, day })) };
    })
    .filter((record) => record.days.length > 0);
  if (hasUnknownRefs) return { agents: whom.maxAgents, days, refs: null };
  const agents = Math.min(whom.maxAgents, missing.length);
  return { agents, days: [...new Set(missing.flatMap((record) => record.days))], refs: missing.map(({ ref }) => ref) };
}

function countDistinctAgents(lacks: readonly UncachedPiece[]): number {
  const agents = sum(lacks.map((lack) => lack.agents));
  const refs = lacks.flatMap((lack) => lack.refs ?? []);
  return lacks.some((lack) => lack.refs === null) ? agents : Math.min(agents, new Set(refs).size);
}

function distinctDays(lacks: readonly UncachedPiece[]): readonly CivilDate[] {
  return [...new Set(lacks.flatMap(({ days }) => days))];
}

function dayWithoutAgent(day: CivilDate) {
  return { agent: '', day };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
