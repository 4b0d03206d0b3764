/**
 * As many keys as one command to Redis names. More would hold it up for every gateway, and some 100,000 are too many for its
 * client to take at once.
 */
export const MOST_KEYS = 2000;

/** The list in pieces that a command can hold, in order; none of nothing. */
export function inPortions<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / MOST_KEYS) }, (_, index) =>
    list.slice(index * MOST_KEYS, (index + 1) * MOST_KEYS),
  );
}
