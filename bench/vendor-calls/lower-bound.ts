import type { Instant } from '../../src/domain/clock.ts';

/**
 * The fewest calls that answer some questions, by the rules alone: how many agents fit into a call, and for how long an
 * answer counts. Knows nothing of how the gateway goes about it.
 */
export interface CacheRules {
  readonly agents: number;
  /** Milliseconds. */
  readonly liveTtlMs: number;
  readonly pastTtlMs: number;
  readonly directoryTtlMs: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KORE_PAGE_SIZE = 50;
const MAX_LIST_DAYS = 7;

/** Times at which something must be fetched that is looked at at these times. */
function fetchTimes(polls: readonly Instant[], ttl: number): readonly Instant[] {
  const times: Instant[] = [];
  for (const at of polls) if (at >= (times.at(-1) ?? -Infinity) + ttl) times.push(at);
  return times;
}

/** One call an agent, and one for a token. */
export function vonageLowerBound(polls: readonly Instant[], { agents, liveTtlMs }: CacheRules): number {
  return fetchTimes(polls, liveTtlMs).length * agents + 1;
}

/** A look at some days of all agents. */
export interface Poll {
  readonly at: Instant;
  readonly from: Instant;
  readonly to: Instant;
}

/** A page of agents a call, whatever the days. Asking who there is brings everybody's current day along. */
export function koreLowerBound(
  polls: readonly Poll[],
  { agents, liveTtlMs, pastTtlMs, directoryTtlMs }: CacheRules,
): number {
  const cachedUntil = new Map<number, Instant>();
  let directoryUntil = -Infinity;
  let queries = 0;
  for (const { at, from, to } of polls) {
    const today = Math.floor(at / DAY);
    if (at >= directoryUntil) {
      queries += 1;
      directoryUntil = at + directoryTtlMs;
      cachedUntil.set(today, at + liveTtlMs);
    }
    const missing = utcDays(from, Math.min(to, (today + 1) * DAY)).filter(
      (day) => at >= (cachedUntil.get(day) ?? -Infinity),
    );
    if (missing.length > 0) queries += 1;
    for (const day of missing) cachedUntil.set(day, at + ((day + 1) * DAY + HOUR <= at ? pastTtlMs : liveTtlMs));
  }
  return queries * Math.ceil(agents / KORE_PAGE_SIZE);
}

function utcDays(from: Instant, to: Instant): readonly number[] {
  const first = Math.floor(from / DAY);
  return Array.from({ length: Math.max(0, Math.ceil(to / DAY) - first) }, (_, nth) => first + nth);
}

export interface FileCacheRules extends CacheRules {
  /** How long after something happened it may take to be in a file. */
  readonly delay: number;
  /** How long after an hour a file of it may still turn up. */
  readonly settling: number;
  /** How far back files tell who there is. */
  readonly discovery: number;
}

/**
 * Lists of at most seven days, and every file once. `filesIn` says how many files were made in some hours: from ≤ t < to.
 */
export function livepersonLowerBound(
  polls: readonly Poll[],
  rules: FileCacheRules,
  countFiles: (from: Instant, to: Instant) => number,
): number {
  const listedUntil = new Map<number, Instant>();
  const read = new Set<number>();
  let directoryUntil = -Infinity;
  let lists = 0;
  for (const { at, from, to } of polls) {
    const wanted = new Set(utcHours(from, Math.min(at, to + rules.delay)));
    if (at >= directoryUntil) {
      directoryUntil = at + rules.directoryTtlMs;
      for (const hour of utcHours(at - rules.discovery, at)) wanted.add(hour);
    }
    const missing = [...wanted].filter((hour) => at >= (listedUntil.get(hour) ?? -Infinity)).sort((a, b) => a - b);
    let covered = -Infinity;
    for (const hour of missing) {
      if (hour < covered) continue;
      lists += 1;
      covered = hour + MAX_LIST_DAYS * 24;
    }
    for (const hour of missing)
      listedUntil.set(hour, at + ((hour + 1) * HOUR + rules.settling <= at ? rules.pastTtlMs : rules.liveTtlMs));
    for (const hour of wanted) read.add(hour);
  }
  return lists + [...read].reduce((sum, hour) => sum + countFiles(hour * HOUR, (hour + 1) * HOUR), 0);
}

function utcHours(from: Instant, to: Instant): readonly number[] {
  const first = Math.floor(from / HOUR);
  return Array.from({ length: Math.max(0, Math.ceil(to / HOUR) - first) }, (_, nth) => first + nth);
}
