import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCompany } from './company.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2024, 0, 1);

describe("a bot's traffic", () => {
  const now = FROM + 30 * DAY;
  const company = createCompany({ now: () => now });
  const bot = company.bots[0] ?? { name: '', refsByVendor: {} };

  test('returns counts that add up over adjacent ranges, except for users', () => {
    fc.assert(
      fc.property(fc.nat(5 * DAY), fc.nat(5 * DAY), (firstMs, secondMs) => {
        const from = FROM + 10 * DAY;
        const [a, b, whole] = [
          company.traffic(bot, from, from + firstMs),
          company.traffic(bot, from + firstMs, from + firstMs + secondMs),
          company.traffic(bot, from, from + firstMs + secondMs),
        ];
        for (const key of ['messages', 'unhandled', 'ambiguous', 'mismatchedAmbiguous', 'interventions'] as const) {
          expect(a[key] + b[key]).toBe(whole[key]);
        }
        expect(a.users + b.users).toBeGreaterThanOrEqual(whole.users);
      }),
      { numRuns: 30 },
    );
    const days = [0, 1, 2].map((day) => company.traffic(bot, FROM + day * DAY, FROM + (day + 1) * DAY).users);
    expect(company.traffic(bot, FROM, FROM + 3 * DAY).users).toBeLessThan(days.reduce((sum, users) => sum + users, 0));
  });

  test('counts no traffic beyond the current time', () => {
    expect(company.traffic(bot, now, now + DAY).messages).toBe(0);
    expect(company.traffic(bot, now - DAY, now + DAY)).toEqual(company.traffic(bot, now - DAY, now));
  });

  test('contains interventions, and a bot with hours without messages', () => {
    expect(company.traffic(bot, FROM, FROM + 3 * DAY).interventions).toBeGreaterThan(0);
    const night = company.bots.map((other) => company.traffic(other, FROM, FROM + 2 * HOUR).messages);
    expect(night).toContain(0);
  });

  test('follows the week: fewer messages on a Sunday than on a Monday, but more for the store finder', () => {
    // 1 January 2024 was a Monday.
    const messagesOn = (nth: number, other: (typeof company.bots)[number]): number =>
      company.traffic(other, FROM + nth * DAY, FROM + (nth + 1) * DAY).messages;
    const ratios = company.bots.map((other) => messagesOn(6, other) / messagesOn(0, other));
    expect(ratios.map((ratio) => ratio > 1)).toEqual([false, false, false, true]);
    expect(Math.max(...ratios.slice(0, 3))).toBeLessThan(0.8);
  });
});
