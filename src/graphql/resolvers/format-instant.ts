import type { Instant } from '../../domain/clock.ts';
import { DAY, MINUTE, SECOND } from '../../domain/time.ts';

/** A power of two. A page of 400 status periods has 800 instants, and most come back in the next response. */
const MEMO_SIZE = 4096;

/** The last instant that Date can express. */
const MAX_DATE_MS = 8.64e15;

const MINUTES = Array.from({ length: 24 * 60 }, (_, i) => `${pad(Math.floor(i / 60), 2)}:${pad(i % 60, 2)}:`);
const SECONDS = Array.from({ length: 60 }, (_, i) => `${pad(i, 2)}.`);
const MILLISECONDS = Array.from({ length: 1000 }, (_, i) => `${pad(i, 3)}Z`);

function pad(value: number, length: number): string {
  return value.toString().padStart(length, '0');
}

/**
 * Creates a function that formats an instant as `Date.toISOString` does, which takes most of the time of a response with many
 * instants. It keeps the texts of recent ones, and composes others from tables.
 */
export function createInstantFormatter(): (instant: Instant) => string {
  const instants = new Float64Array(MEMO_SIZE).fill(NaN);
  const texts = new Array<string>(MEMO_SIZE).fill('');
  let lastDay = NaN;
  let dayText = '';

  function compose(instant: Instant): string {
    const day = Math.floor(instant / DAY);
    if (day !== lastDay) {
      const midnight = new Date(day * DAY).toISOString();
      dayText = midnight.slice(0, midnight.indexOf('T') + 1);
      lastDay = day;
    }
    const minute = Math.floor((instant - day * DAY) / MINUTE);
    const ms = instant - day * DAY - minute * MINUTE;
    const second = Math.floor(ms / SECOND);
    return `${dayText}${MINUTES[minute] ?? ''}${SECONDS[second] ?? ''}${MILLISECONDS[ms - second * SECOND] ?? ''}`;
  }

  return (instant) => {
    // Others are rounded, or rejected.
    if (!Number.isInteger(instant) || Math.abs(instant) > MAX_DATE_MS) return new Date(instant).toISOString();
    const slot = slotOf(instant);
    const known = texts[slot];
    if (instants[slot] === instant && known !== undefined) return known;
    const text = compose(instant);
    instants[slot] = instant;
    texts[slot] = text;
    return text;
  };
}

/** Multiplicative hashing (Knuth): instants that differ by whole hours are spread over all slots. */
function slotOf(instant: Instant): number {
  return (Math.imul(instant % 2 ** 32, 0x9e3779b1) >>> 16) % MEMO_SIZE;
}
