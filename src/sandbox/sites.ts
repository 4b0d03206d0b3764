import type { Instant } from '../domain/clock.ts';
import { offsetSeconds } from '../domain/time-zone.ts';
import { DAY, SECOND } from '../domain/time.ts';

export interface Site {
  readonly id: string;
  readonly city: string;
  readonly timeZone: string;
}

/**
 * The company's sites, eight hours apart: while one closes, the next has opened, so that someone is at work around the clock.
 * Two of them change their clocks, on different days.
 */
export const SITES: readonly [Site, Site, Site] = [
  { id: 'dublin', city: 'Dublin', timeZone: 'Europe/Dublin' },
  { id: 'singapore', city: 'Singapore', timeZone: 'Asia/Singapore' },
  { id: 'vancouver', city: 'Vancouver', timeZone: 'America/Vancouver' },
];

/** People who share their working hours sit side by side: indexes 2n and 2n + 1. */
export function pairOf(personIndex: number): number {
  return Math.floor(personIndex / 2);
}

/** The vendors of six pairs repeat, so the sites are shifted with every six pairs: each site has pairs of every kind. */
const PAIRS_PER_CYCLE = 6;

export function cycleOf(personIndex: number): number {
  return Math.floor(pairOf(personIndex) / PAIRS_PER_CYCLE);
}

export function siteIndexOf(personIndex: number): number {
  return (pairOf(personIndex) + cycleOf(personIndex)) % SITES.length;
}

export function siteOf(personIndex: number): Site {
  return SITES[siteIndexOf(personIndex)] ?? SITES[0];
}

/** Returns the instant of a wall-clock time, in ms after midnight, on a civil day (counted from 1970) of a zone. */
export function localInstant(day: number, timeOfDayMs: number, timeZone: string): Instant {
  const asUtc = day * DAY + timeOfDayMs;
  const nearby = asUtc - offsetSeconds(timeZone, asUtc) * SECOND;
  return asUtc - offsetSeconds(timeZone, nearby) * SECOND;
}
