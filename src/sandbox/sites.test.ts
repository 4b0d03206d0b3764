import { expect, test } from '@jest/globals';
import { localInstant, siteIndexOf, SITES } from './sites.ts';

test.each([
  ['2026-03-29', 'Europe/Dublin', '2026-03-29T06:00:00.000Z'],
  ['2026-03-28', 'Europe/Dublin', '2026-03-28T07:00:00.000Z'],
  ['2026-10-25', 'Europe/Dublin', '2026-10-25T07:00:00.000Z'],
  ['2026-03-08', 'America/Vancouver', '2026-03-08T14:00:00.000Z'],
  ['2026-03-07', 'America/Vancouver', '2026-03-07T15:00:00.000Z'],
  ['2026-11-20', 'Asia/Singapore', '2026-11-19T23:00:00.000Z'],
])('finds seven in the morning of %s in %s, also where the clock changes', (date, timeZone, expected) => {
  const day = Date.parse(date) / (24 * 60 * 60_000);
  expect(new Date(localInstant(day, 7 * 60 * 60_000, timeZone)).toISOString()).toBe(expected);
});

test('spreads six pairs with different vendors over all sites, and the first six people as well', () => {
  const sites = Array.from({ length: 72 }, (_, index) => siteIndexOf(index));
  for (const [site] of SITES.entries()) {
    expect(sites.filter((own) => own === site)).toHaveLength(24);
    const kinds = sites.flatMap((own, index) => (own === site ? [index % 12] : []));
    expect(new Set(kinds).size).toBe(12);
  }
  expect(sites.slice(0, 6)).toEqual([0, 0, 1, 1, 2, 2]);
});
