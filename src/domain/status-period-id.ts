import type { Instant } from './clock.ts';
import type { StatusPeriod } from './status-period.ts';

/** What a short id of a status period has. */
export interface PeriodAddress {
  /** As `hashOfReference` returns it. */
  readonly referenceHash: number;
  readonly start: Instant;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SHORT_ID = /^[\w-]{20}$/;
const START_BYTES = 6;
const HASH_BYTES = 6;
const THREE_BYTES = 2 ** 24;
/** A start below this leaves the first two bits of an id clear, which no id of text does. */
const END_OF_STARTS = 2 ** 46;

/** Whether a short id can express the start: from 1970 on, in whole milliseconds. */
export function hasShortId({ start }: Pick<StatusPeriod, 'start'>): boolean {
  return Number.isSafeInteger(start) && start >= 0 && start < END_OF_STARTS;
}

/**
 * Encodes a status period as 15 bytes, which are 20 letters of base64url: 6 bytes of its start, 6 of the hash of the agent's reference, 3
 * of the hash of its names. A response has hundreds of these ids: with the names of account and agent they would be a third of it.
 */
export function encodePeriodId({ start, referenceHash }: PeriodAddress, namesHash: number): string {
  // The bits that are left out change others.
  const names = (namesHash >>> 24) ^ (namesHash & (THREE_BYTES - 1));
  return eightLetters(start) + eightLetters(referenceHash) + fourLetters(names);
}

/** Null for any text that is not a short id. */
export function decodePeriodId(id: string): PeriodAddress | null {
  if (!SHORT_ID.test(id)) return null;
  const bytes = Buffer.from(id, 'base64url');
  const start = bytes.readUIntBE(0, START_BYTES);
  return start < END_OF_STARTS ? { start, referenceHash: bytes.readUIntBE(START_BYTES, HASH_BYTES) } : null;
}

/** The letters of a number below 2^48. */
function eightLetters(number: number): string {
  const high = Math.floor(number / THREE_BYTES);
  return fourLetters(high) + fourLetters(number - high * THREE_BYTES);
}

/** The letters of a number below 2^24. `Buffer` would take twice as long for an id. */
function fourLetters(number: number): string {
  return String.fromCharCode(
    LETTERS.charCodeAt(number >>> 18),
    LETTERS.charCodeAt((number >>> 12) & 63),
    LETTERS.charCodeAt((number >>> 6) & 63),
    LETTERS.charCodeAt(number & 63),
  );
}
