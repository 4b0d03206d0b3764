import type { StatusPeriod } from './status-period.ts';

const NEWLINE = 0x0a;
const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
/** A safe integer in base 36, a line break, and 32 bits in base 36. */
const MAX_END_LENGTH = 11 + 1 + 7;

type IdentifiedPeriod = Pick<StatusPeriod, 'account' | 'ref' | 'start'>;

/** Returns the id of a period whose start is a safe integer and not negative. `hash` is an unsigned integer of 32 bits. */
export type EncodePeriodId = (period: IdentifiedPeriod, hash: number) => string;

/**
 * Creates a function that encodes the parts of a period's id, one per line. A response has hundreds of these ids, and those of one agent
 * follow one another, so the lines of the last agent are kept as bytes. The numbers are written behind them: `toString(36)` of numbers
 * this large takes longer than all else.
 */
export function createPeriodIdEncoder(): EncodePeriodId {
  let account: string | null = null;
  let ref: string | null = null;
  let bytes = Buffer.alloc(0);
  let endAt = 0;

  return (period, hash) => {
    if (period.ref !== ref || period.account !== account) {
      ({ account, ref } = period);
      const lines = `P\n${account}\n${ref}\n`;
      endAt = Buffer.byteLength(lines);
      bytes = Buffer.alloc(endAt + MAX_END_LENGTH);
      bytes.write(lines);
    }
    const startEnd = writeBase36(bytes, period.start, endAt);
    bytes[startEnd] = NEWLINE;
    return bytes.toString('base64url', 0, writeBase36(bytes, hash, startEnd + 1));
  };
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
