import type { Instant } from '../domain/clock.ts';
import type { Provenance } from '../domain/source.ts';

/**
 * What a part of a cached value is mapped to. `ref` is the agent's reference, as the caller spells it. `isKept`: whether another query
 * may read the value; absent: it may.
 */
export type MapStored<Stored, Mapped> = (stored: Stored, observedAt: Instant, ref: string, isKept?: boolean) => Mapped;

/**
 * Keeps what a part of a cached value is mapped to for as long as the part is in memory: mapped once, and what is computed once for
 * each mapped object, such as its id, serves every query. Cached values never change; nor must what they are mapped to.
 * What is not cached is not kept either: minor collections take what a WeakMap's entries hold for alive.
 */
export function createKeptMapping<Stored extends object, Mapped>(
  map: MapStored<Stored, Mapped>,
): MapStored<Stored, Mapped> {
  const kept = new WeakMap<Stored, { readonly observedAt: Instant; readonly ref: string; readonly mapped: Mapped }>();
  return (stored, observedAt, ref, isKept = true) => {
    if (!isKept) return map(stored, observedAt, ref);
    const known = kept.get(stored);
    if (known?.observedAt === observedAt && known.ref === ref) return known.mapped;
    const mapped = map(stored, observedAt, ref);
    kept.set(stored, { observedAt, ref, mapped });
    return mapped;
  };
}

/** Whether other queries may read the value: one with a TTL of 0 belongs to the queries that wait for it. */
export function hasTimeToLive({ fetchedAt, freshUntil = Infinity }: Provenance): boolean {
  return freshUntil > fetchedAt;
}
