import leven from 'leven';

/** The longest edit distance of a probable misspelling, as a share of the known name's length. */
const MAX_DISTANCE_RATIO = 0.4;

/** The known name that is spelled most like `name`; null where none is close enough to be meant. */
export function findClosestName(name: string, knownNames: readonly string[]): string | null {
  const [closest] = knownNames
    .map((known) => ({ known, distance: measureDistance(toLetters(name), toLetters(known)) }))
    .filter(({ known, distance }) => distance <= Math.floor(known.length * MAX_DISTANCE_RATIO))
    .sort((a, b) => a.distance - b.distance);
  return closest?.known ?? null;
}

/** The edit distance; two letters in each other's place count once. */
function measureDistance(name: string, known: string): number {
  const distance = leven(name, known);
  const sortLetters = (text: string) => Array.from(text).sort().join();
  return distance === 2 && sortLetters(name) === sortLetters(known) ? 1 : distance;
}

/** `client_secret` and `ClientSecret` are `clientSecret` in other conventions. */
export function toLetters(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '');
}
