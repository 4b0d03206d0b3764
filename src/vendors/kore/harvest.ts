import type { Fresh } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import type { CivilDate } from '../../domain/time.ts';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/reply.ts';
import { type Cell, cut, eachOnce, secondsToLive } from './cells.ts';
import { flawOf } from './flaw.ts';
import { type AgentDetails, detailsOf, referencesOf } from './map.ts';
import type { Pages } from './pages.ts';
import type { Place } from './plan.ts';
import { isEmail, keyOfReference } from './references.ts';
import type { AgentRecord } from './wire.ts';

/** What one question brought. */
export interface Harvest {
  /** In the vendor's order; one that showed up on two pages stands here twice. */
  readonly agents: readonly AgentRecord[];
  /** Why there may be more to tell, of these agents or of others; null when this is all. */
  readonly shortfall: VendorError | null;
}

/**
 * What pages tell of the agents who were asked for by e-mail, or of everybody. Records of others are left out. With one of
 * them among the rest, the answer may be another question's, so that it is not to be trusted for what it does not hold.
 */
export function harvestOf(pages: Pages, asked: readonly string[] | undefined, target: CallTarget): Harvest {
  const keys = asked && new Set(asked.map(keyOfReference));
  const agents = keys ? pages.agents.filter((agent) => keysOf(agent).some((key) => keys.has(key))) : pages.agents;
  return { agents, shortfall: shortfallOf(pages, agents, keys, target) };
}

function shortfallOf(
  { agents: received, stop, unreadable }: Pages,
  agents: readonly AgentRecord[],
  asked: ReadonlySet<string> | undefined,
  target: CallTarget,
): VendorError | null {
  const hasAll = asked && new Set(agents.flatMap(keysOf)).isSupersetOf(asked);
  const strangers = received.length - agents.length;
  if (stop instanceof VendorError) return stop;
  if (stop === 'cap' || (stop === 'stuck' && !hasAll)) return breach(target, 'pagination');
  if (stop === 'too_large') return breach(target, 'too_large', 'more than is read at once');
  if (strangers > 0) return breach(target, 'foreign_agent', `${strangers} records name nobody who was asked for`);
  return unreadable > 0 ? breach(target, 'contract', `${unreadable} records could not be read`) : null;
}

/** A place and what belongs there: a VendorError where nothing is known. */
export interface Found extends Place {
  readonly cell: Fresh<Cell> | VendorError;
}

/** Everybody whom the vendor named, by every reference. */
export function everybodyIn(harvest: Harvest): readonly string[] {
  return [...new Set(harvest.agents.flatMap(keysOf))];
}

/** Cuts what the vendor told of these agents on these days into cells. */
export function cellsOf(
  harvest: Harvest,
  agents: readonly string[],
  days: readonly CivilDate[],
  context: { readonly target: CallTarget; readonly now: Instant; readonly ttl: Ttl },
): readonly Found[] {
  const told = detailsByReference(harvest);
  const unnamed = harvest.agents.some(({ userId }) => !userId?.trim());
  return agents.flatMap((agent): readonly Found[] => {
    const details = told.get(agent) ?? [];
    const periods = eachOnce(details.flatMap((one) => one.periods));
    const unreadable = details.some((one) => one.unreadable > 0);
    // A record without a userId may be anybody's who is looked for by one.
    const mixedUp = details.length === 0 && unnamed && !isEmail(agent);
    const error = harvest.shortfall ?? (unreadable || mixedUp ? breach(context.target, 'contract') : null);
    // An agent whom a whole answer does not mention has no periods, and that is an answer. One whom a broken-off answer
    // does not mention, or of whom nothing could be read, is another matter.
    const unknown = details.length === 0 || (unreadable && periods.length === 0);
    if (error && unknown) return days.map((day) => ({ agent, day, cell: error }));
    // What could not be read belongs to no day, so it casts doubt on all.
    const flaw = error && flawOf(error);
    return days.map((day) => {
      const value: Cell = { periods: cut(periods, day), flaw };
      return { agent, day, cell: { value, ttlSeconds: secondsToLive(value, day, context.now, context.ttl) } };
    });
  });
}

function detailsByReference(harvest: Harvest): ReadonlyMap<string, readonly AgentDetails[]> {
  const told = new Map<string, AgentDetails[]>();
  for (const agent of harvest.agents) {
    const details = detailsOf(agent);
    for (const key of new Set(keysOf(agent))) {
      const known = told.get(key);
      if (known) known.push(details);
      else told.set(key, [details]);
    }
  }
  return told;
}

function keysOf(agent: AgentRecord): readonly string[] {
  return referencesOf(agent).map(keyOfReference);
}

function breach(
  target: CallTarget,
  reason: 'contract' | 'foreign_agent' | 'pagination' | 'too_large',
  said: string | null = null,
): VendorError {
  return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason, said });
}
