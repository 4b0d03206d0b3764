import type { Fresh } from '../../cache/cache.ts';
import type { Ttl } from '../../config/cache.ts';
import type { Instant } from '../../domain/clock.ts';
import type { CivilDate } from '../../domain/time.ts';
import type { CallTarget, VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/reply.ts';
import { type Cell, cut, merge, secondsToLive } from './cells.ts';
import { flawOf } from './flaw.ts';
import { type AgentDetails, detailsOf, referencesOf } from './map.ts';
import type { Place } from './plan.ts';
import { keyOfReference } from './references.ts';
import type { AgentRecord } from './wire.ts';

/** What one question brought. */
export interface Harvest {
  /** In the vendor's order; one that showed up on two pages stands here twice. */
  readonly agents: readonly AgentRecord[];
  /** Why there may be more to tell, of these agents or of others; null when this is all. */
  readonly shortfall: VendorError | null;
}

/** A place and what belongs there: a VendorError where nothing is known. */
export interface Found extends Place {
  readonly cell: Fresh<Cell> | VendorError;
}

/** Everybody whom the vendor named, by every reference. */
export function everybodyIn(harvest: Harvest): readonly string[] {
  return [...new Set(harvest.agents.flatMap(referencesOf).map(keyOfReference))];
}

/** Cuts what the vendor told of these agents on these days into cells; whomever else it named is left out. */
export function cellsOf(
  harvest: Harvest,
  agents: readonly string[],
  days: readonly CivilDate[],
  context: { readonly target: CallTarget; readonly now: Instant; readonly ttl: Ttl },
): readonly Found[] {
  const told = detailsByReference(harvest);
  return agents.flatMap((agent): readonly Found[] => {
    const details = told.get(agent) ?? [];
    const periods = merge(details.map((one) => one.periods));
    const unreadable = details.some((one) => one.unreadable > 0);
    const error = harvest.shortfall ?? (unreadable ? contractBreach(context.target) : null);
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
    for (const key of new Set(referencesOf(agent).map(keyOfReference))) {
      const known = told.get(key);
      if (known) known.push(details);
      else told.set(key, [details]);
    }
  }
  return told;
}

function contractBreach(target: CallTarget): VendorError {
  return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'contract' });
}
