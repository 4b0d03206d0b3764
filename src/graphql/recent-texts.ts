/** Whether a text has been seen lately; it has been, from then on. */
export type HasBeenSeen = (hash: string) => boolean;

/**
 * Remembers the last texts by their hashes: at least `count`, and less than twice as many. They are forgotten together, since taking each
 * out by itself takes longer than hashing it.
 */
export function createRecentTexts(count: number): HasBeenSeen {
  let [current, previous] = [new Set<string>(), new Set<string>()];
  return (hash) => {
    if (current.has(hash) || previous.has(hash)) return true;
    if (current.size >= count) [current, previous] = [new Set(), current];
    current.add(hash);
    return false;
  };
}
