type NonEmptyArray<T> = readonly [T, ...(readonly T[])];

/**
 * The sandbox's only source of variety: numbers that look random and are a function of what they are for, so that every
 * process tells the same story about the same instant.
 */
export interface SeededRandom {
  /** An integer, both bounds included. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: NonEmptyArray<T>): T;
}

// Held fast, because looking it up takes longer than it runs.
const { imul } = Math;

/** One unsigned 32-bit number for a list of integers (MurmurHash3's mixing steps). */
export const hash = (...parts: readonly number[]): number => {
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
};

/** An endless row of unsigned 32-bit numbers from one (SplitMix's counter with MurmurHash3's last steps). */
export const splitmix32 = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    const h = imul(state ^ (state >>> 16), 0x85ebca6b);
    const k = imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (k ^ (k >>> 16)) >>> 0;
  };
};

/** Dice that always fall the same way for the same parts. */
export const createSeededRandom = (...parts: readonly number[]): SeededRandom => {
  const next = splitmix32(hash(...parts));
  const between = (min: number, max: number): number => min + (next() % (max - min + 1));
  return {
    between,
    chance: (probability) => next() < probability * 2 ** 32,
    pick: (choices) => choices[between(0, choices.length - 1)] ?? choices[0],
  };
};

/** The version and variant digits are those of a random UUID (RFC 9562), which strict parsers look at. */
export const createSeededUuid = (...parts: readonly number[]): string => {
  const next = splitmix32(hash(...parts));
  const hex = [next(), next(), next(), next()].map((word) => word.toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
};
