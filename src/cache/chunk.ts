/**
 * As many keys as one command to Redis names. More would hold it up for every gateway, and some 100,000 are too many for its
 * client to take at once.
 */
export const MAX_KEYS_PER_COMMAND = 2000;

/** The list in pieces that a command can hold, in order; none of nothing. */
export function chunk<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / MAX_KEYS_PER_COMMAND) }, (_, index) =>
    list.slice(index * MAX_KEYS_PER_COMMAND, (index + 1) * MAX_KEYS_PER_COMMAND),
  );
}
