import { hash } from 'node:crypto';

/** A number 0 ≤ n < 1 that looks drawn at random and is always the same for the same words. */
export function seededRandom(...seed: readonly (string | number)[]): number {
  return hash('sha1', seed.join(' '), 'buffer').readUInt32BE() / 2 ** 32;
}

/** A whole number 0 ≤ n < sides, drawn likewise. */
export function seededInt(bound: number, ...seed: readonly (string | number)[]): number {
  return Math.floor(seededRandom(...seed) * bound);
}
