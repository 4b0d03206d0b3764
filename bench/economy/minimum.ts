import type { Instant } from '../../src/domain/clock.ts';

/**
 * The fewest calls that answer some questions, by the rules alone: how many agents fit into a call, and for how long an
 * answer counts. Knows nothing of how the gateway goes about it.
 */
export interface Rules {
  readonly agents: number;
  /** Milliseconds. */
  readonly live: number;
  readonly past: number;
  readonly directory: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KORE_PAGE = 50;
const LIVEPERSON_DAYS = 7;

/** Times at which something must be fetched that is looked at at these times. */
function fetches(looks: readonly Instant[], ttl: number): readonly Instant[] {
  const times: Instant[] = [];
  for (const at of looks) if (at >= (times.at(-1) ?? -Infinity) + ttl) times.push(at);
  return times;
}

/** One call an agent, and one for a token. */
export function vonageMinimum(looks: readonly Instant[], { agents, live }: Rules): number {
  return fetches(looks, live).length * agents + 1;
}

/** A look at some days of all agents. */
export interface Look {
  readonly at: Instant;
  readonly from: Instant;
  readonly to: Instant;
}

/** A page of agents a call, whatever the days. Asking who there is brings everybody's current day along. */
export function koreMinimum(looks: readonly Look[], { agents, live, past, directory }: Rules): number {
  const known = new Map<number, Instant>();
  let directoryUntil = -Infinity;
  let rounds = 0;
  for (const { at, from, to } of looks) {
    const today = Math.floor(at / DAY);
    if (at >= directoryUntil) {
      rounds += 1;
      directoryUntil = at + directory;
      known.set(today, at + live);
    }
    const missing = days(from, Math.min(to, (today + 1) * DAY)).filter((day) => at >= (known.get(day) ?? -Infinity));
    if (missing.length > 0) rounds += 1;
    for (const day of missing) known.set(day, at + ((day + 1) * DAY + HOUR <= at ? past : live));
  }
  return rounds * Math.ceil(agents / KORE_PAGE);
}

function days(from: Instant, to: Instant): readonly number[] {
  const first = Math.floor(from / DAY);
  return Array.from({ length: Math.max(0, Math.ceil(to / DAY) - first) }, (_, nth) => first + nth);
}

export interface FileRules extends Rules {
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
export function livepersonMinimum(
  looks: readonly Look[],
  rules: FileRules,
  filesIn: (from: Instant, to: Instant) => number,
): number {
  const listed = new Map<number, Instant>();
  const read = new Set<number>();
  let directoryUntil = -Infinity;
  let lists = 0;
  for (const { at, from, to } of looks) {
    const wanted = new Set(hours(from, Math.min(at, to + rules.delay)));
    if (at >= directoryUntil) {
      directoryUntil = at + rules.directory;
      for (const hour of hours(at - rules.discovery, at)) wanted.add(hour);
    }
    const missing = [...wanted].filter((hour) => at >= (listed.get(hour) ?? -Infinity)).sort((a, b) => a - b);
    let covered = -Infinity;
    for (const hour of missing) {
      if (hour < covered) continue;
      lists += 1;
      covered = hour + LIVEPERSON_DAYS * 24;
    }
    for (const hour of missing)
      listed.set(hour, at + ((hour + 1) * HOUR + rules.settling <= at ? rules.past : rules.live));
    for (const hour of wanted) read.add(hour);
  }
  return lists + [...read].reduce((sum, hour) => sum + filesIn(hour * HOUR, (hour + 1) * HOUR), 0);
}

function hours(from: Instant, to: Instant): readonly number[] {
  const first = Math.floor(from / HOUR);
  return Array.from({ length: Math.max(0, Math.ceil(to / HOUR) - first) }, (_, nth) => first + nth);
}
