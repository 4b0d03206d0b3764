import type { Instant } from '../../src/domain/clock.ts';

/**
 * A lower bound of vendor calls, computed from batch sizes and TTLs alone. It is independent of the gateway's
 * implementation.
 */
export interface CacheRules {
  readonly agents: number;
  readonly liveTtlMs: number;
  readonly pastTtlMs: number;
  readonly directoryTtlMs: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KORE_PAGE_SIZE = 50;
const MAX_LIST_DAYS = 7;

/** Returns the times at which a value must be fetched to serve these polls. */
function fetchTimes(polls: readonly Instant[], ttl: number): readonly Instant[] {
  const times: Instant[] = [];
  for (const at of polls) if (at >= (times.at(-1) ?? -Infinity) + ttl) times.push(at);
  return times;
}

/** One call per agent, and one for a token. */
export function vonageLowerBound(polls: readonly Instant[], { agents, liveTtlMs }: CacheRules): number {
  return fetchTimes(polls, liveTtlMs).length * agents + 1;
}

/** A poll of some days of all agents. */
export interface Poll {
  readonly at: Instant;
  readonly from: Instant;
  readonly to: Instant;
}

/** One call per page of agents, whatever the days. Discovery also returns the current day of all agents. */
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
  /** Maximum delay until an event is in a file. */
  readonly delayMs: number;
  /** Maximum delay until the files of an hour are all listed. */
  readonly settlingMs: number;
  /** How far back discovery reads files. */
  readonly discoveryMs: number;
}

/**
 * Lists of at most seven days, and every file once. `countFiles` returns the number of files generated in from ≤ t < to.
 */
export function livepersonLowerBound(
  polls: readonly Poll[],
  rules: FileCacheRules,
  countFiles: (from: Instant, to: Instant) => number,
): number {
  const listedUntil = new Map<number, Instant>();
  const readHours = new Set<number>();
  let directoryUntil = -Infinity;
  let lists = 0;
  for (const { at, from, to } of polls) {
    const neededHours = new Set(utcHours(from, Math.min(at, to + rules.delayMs)));
    if (at >= directoryUntil) {
      directoryUntil = at + rules.directoryTtlMs;
      for (const hour of utcHours(at - rules.discoveryMs, at)) neededHours.add(hour);
    }
    const missing = [...neededHours].filter((hour) => at >= (listedUntil.get(hour) ?? -Infinity)).sort((a, b) => a - b);
    let covered = -Infinity;
    for (const hour of missing) {
      if (hour < covered) continue;
      lists += 1;
      covered = hour + MAX_LIST_DAYS * 24;
    }
    for (const hour of missing)
      listedUntil.set(hour, at + ((hour + 1) * HOUR + rules.settlingMs <= at ? rules.pastTtlMs : rules.liveTtlMs));
    for (const hour of neededHours) readHours.add(hour);
  }
  return lists + [...readHours].reduce((sum, hour) => sum + countFiles(hour * HOUR, (hour + 1) * HOUR), 0);
}

function utcHours(from: Instant, to: Instant): readonly number[] {
  const first = Math.floor(from / HOUR);
  return Array.from({ length: Math.max(0, Math.ceil(to / HOUR) - first) }, (_, nth) => first + nth);
}
