import type { Instant } from '../domain/clock.ts';
import { HOUR } from '../domain/time.ts';
import type { BotTraffic } from '../vendors/sandbox.ts';
import { hash, splitmix32 } from './seeded-random.ts';

/** Traffic profile of each bot, by its index in the company's list; repeats for further bots. */
const BOT_PROFILES = [
  { perHour: 60, customers: 900, sleepsUntil: 0, weekend: 0.45 },
  { perHour: 24, customers: 260, sleepsUntil: 0, weekend: 0.6 },
  { perHour: 8, customers: 60, sleepsUntil: 6, weekend: 0.75 },
  // Shops are looked for on weekends.
  { perHour: 2, customers: 11, sleepsUntil: 14, weekend: 1.8 },
] as const;

/** Traffic of the days of a week, from Monday to Friday. */
const WEEKDAY_FACTORS = [1.2, 1.05, 1, 0.95, 0.85];

/** Messages that one customer sends in a row. */
const MESSAGES_PER_WRITER = 5;

// Per thousand messages. Mismatched messages are also ambiguous, and those handed over to a person are also unhandled.
const UNHANDLED_PER_MILLE = 45;
const AMBIGUOUS_PER_MILLE = 42;
const MISMATCHED_PER_MILLE = 4;
const HANDED_OVER_PER_MILLE = 6;

function messagesInHour(bot: number, hourNumber: number, seed: number): number {
  const { perHour, sleepsUntil, weekend } = BOT_PROFILES[bot % BOT_PROFILES.length] ?? BOT_PROFILES[0];
  const hourOfDay = hourNumber % 24;
  if (hourOfDay < sleepsUntil) return 0;
  const daytime = 1 + Math.sin(((hourOfDay - 8) / 24) * 2 * Math.PI);
  // The first of January 1970 was a Thursday.
  const dayFactor = WEEKDAY_FACTORS[(Math.floor(hourNumber / 24) + 3) % 7] ?? weekend;
  return Math.round(perHour * dayFactor * daytime * (0.7 + (hash(seed, bot, hourNumber, 6) % 60) / 100));
}

/**
 * Counts a bot's traffic in the half-open range from ≤ t < to. It counts message by message, so the counts of adjacent
 * ranges add up, however the time is split; users are distinct and do not add up.
 */
export function countTraffic(bot: number, from: Instant, to: Instant, seed: number): BotTraffic {
  const { customers } = BOT_PROFILES[bot % BOT_PROFILES.length] ?? BOT_PROFILES[0];
  const users = new Set<number>();
  const count = { messages: 0, unhandled: 0, ambiguous: 0, mismatchedAmbiguous: 0, interventions: 0 };
  for (let hourNumber = Math.floor(from / HOUR); hourNumber * HOUR < to; hourNumber += 1) {
    const total = messagesInHour(bot, hourNumber, seed);
    const nextOutcome = splitmix32(hash(seed, bot, hourNumber, 7));
    const nextWriter = splitmix32(hash(seed, bot, hourNumber, 8));
    let writer = 0;
    for (let nth = 0; nth < total; nth += 1) {
      const outcome = nextOutcome() % 1000;
      if (nth % MESSAGES_PER_WRITER === 0) writer = nextWriter() % customers;
      const at = (hourNumber + (nth + 0.5) / total) * HOUR;
      if (at < from || at >= to) continue;
      users.add(writer);
      count.messages += 1;
      if (outcome < UNHANDLED_PER_MILLE) count.unhandled += 1;
      else if (outcome < UNHANDLED_PER_MILLE + AMBIGUOUS_PER_MILLE) count.ambiguous += 1;
      if (outcome >= UNHANDLED_PER_MILLE && outcome < UNHANDLED_PER_MILLE + MISMATCHED_PER_MILLE)
        count.mismatchedAmbiguous += 1;
      if (outcome < HANDED_OVER_PER_MILLE) count.interventions += 1;
    }
  }
  return { users: users.size, ...count };
}
