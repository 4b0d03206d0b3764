import { hash } from 'node:crypto';

/** Returns a pseudo-random number 0 ≤ n < 1 that is the same for the same seed. */
export function seededRandom(...seed: readonly (string | number)[]): number {
  return hash('sha1', seed.join(' '), 'buffer').readUInt32BE() / 2 ** 32;
}

/** Returns a pseudo-random integer 0 ≤ n < bound. */
export function seededInt(bound: number, ...seed: readonly (string | number)[]): number {
  return Math.floor(seededRandom(...seed) * bound);
}
