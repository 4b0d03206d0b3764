import type { StatusPeriod } from './status-period.ts';

const NEWLINE = 0x0a;
const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
/** A safe integer in base 36, a line break, and 32 bits in base 36. */
const MAX_END_LENGTH = 11 + 1 + 7;

type IdentifiedPeriod = Pick<StatusPeriod, 'account' | 'ref' | 'start'>;

/**
 * Encodes the parts of a period's id, one per line. Its start is a safe integer and not negative, `hash` an unsigned integer of 32
 * bits. The numbers are written as bytes: a response has hundreds of ids, and `toString(36)` of numbers this large takes longer than all
 * else.
 */
export function encodePeriodId({ account, ref, start }: IdentifiedPeriod, hash: number): string {
  const lines = `P\n${account}\n${ref}\n`;
  const linesEnd = Buffer.byteLength(lines);
  const bytes = Buffer.allocUnsafe(linesEnd + MAX_END_LENGTH);
  bytes.write(lines);
  const startEnd = writeBase36(bytes, start, linesEnd);
  bytes[startEnd] = NEWLINE;
  return bytes.toString('base64url', 0, writeBase36(bytes, hash, startEnd + 1));
}

/** Writes a number as `toString(36)` returns it; returns where it ends. */
function writeBase36(bytes: Buffer, number: number, at: number): number {
  let end = at + 1;
  for (let power = 36; power <= number; power *= 36) end += 1;
  let rest = number;
  for (let i = end - 1; i >= at; i -= 1) {
    const quotient = Math.floor(rest / 36);
    bytes[i] = DIGITS[rest - quotient * 36] ?? 0;
    rest = quotient;
  }
  return end;
}
