type NonEmptyArray<T> = readonly [T, ...(readonly T[])];

/**
 * The sandbox's only source of variety: pseudo-random numbers that depend only on the seed, so that every process generates
 * the same history.
 */
export interface SeededRandom {
  /** Returns an integer; both bounds are inclusive. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: NonEmptyArray<T>): T;
}

// A local constant, because the property lookup takes longer than the call.
const { imul } = Math;

/** Hashes a list of integers to an unsigned 32-bit number (MurmurHash3's mixing steps). */
export function hash(...parts: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const part of parts) {
    let k = imul(part, 0xcc9e2d51);
    k = imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = (imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Creates a generator of unsigned 32-bit numbers (SplitMix's counter with MurmurHash3's finalizer). */
export function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    const h = imul(state ^ (state >>> 16), 0x85ebca6b);
    const k = imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (k ^ (k >>> 16)) >>> 0;
  };
}

/** Creates a seeded PRNG: the same parts give the same sequence. */
export function createSeededRandom(...parts: readonly number[]): SeededRandom {
  const next = splitmix32(hash(...parts));
  const between = (min: number, max: number): number => min + (next() % (max - min + 1));
  return {
    between,
    chance: (probability) => next() < probability * 2 ** 32,
    pick: (choices) => choices[between(0, choices.length - 1)] ?? choices[0],
  };
}

/** Creates a UUID from a seed. Version and variant digits are those of a random UUID (RFC 9562), which strict parsers check. */
export function createSeededUuid(...parts: readonly number[]): string {
  const next = splitmix32(hash(...parts));
  const hex = [next(), next(), next(), next()].map((word) => word.toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
