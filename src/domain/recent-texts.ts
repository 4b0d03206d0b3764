/** Whether a text has been seen lately; it has been, from then on. */
export type HasBeenSeen = (text: string) => boolean;

/**
 * Remembers the last texts: of at least `length` characters together, and of at most twice as many besides two texts. They are forgotten
 * together, since taking each out by itself takes longer than hashing it.
 */
export function createRecentTexts(length: number): HasBeenSeen {
  let [current, previous] = [new Set<string>(), new Set<string>()];
  let currentLength = 0;
  return (text) => {
    if (current.has(text) || previous.has(text)) return true;
    if (currentLength >= length) {
      [current, previous] = [new Set(), current];
      currentLength = 0;
    }
    current.add(text);
    currentLength += text.length;
    return false;
  };
}
