import type { Instant } from '../../src/domain/clock.ts';
import type { LivePersonConfig } from '../../src/vendors/liveperson/config.ts';
import { filesIn } from '../../src/vendors/liveperson/sandbox/files.ts';
import { type Look, type Rules, koreMinimum, livepersonMinimum, vonageMinimum } from './minimum.ts';
import { daysBeforeToday } from './questions.ts';
import { AGENTS, type Calls, type World } from './world.ts';

const HOUR = 3_600_000;
const LONGEST_LIST = 7 * 24 * HOUR;

/** What each look was at: everybody's present, or so many days before it. */
export type Subject = 'status now' | 'interactions now' | { readonly days: readonly number[] };

/** The fewest calls for these looks. */
export function fewest(world: World, subject: Subject, looks: readonly Instant[]): Calls {
  const { ttl } = world.config.cache;
  const rules: Rules = {
    agents: AGENTS,
    live: (subject === 'interactions now' ? ttl.interactions : ttl.statusLive) * 1000,
    past: ttl.statusPast * 1000,
    directory: ttl.directory * 1000,
  };
  if (subject === 'interactions now') return { vonage: vonageMinimum(looks, rules) };
  if (subject === 'status now')
    return {
      kore: koreMinimum(
        looks.map((at) => ({ at, from: at, to: at + 1 })),
        rules,
      ),
    };
  const atDays = looksAt(subject, looks);
  const { delay, settling, discovery, filesBetween } = livepersonOf(world);
  const fileRules = { ...rules, delay, settling, discovery };
  return { kore: koreMinimum(atDays, rules), liveperson: livepersonMinimum(atDays, fileRules, filesBetween) };
}

/** Neither cache nor batches: one call for each agent at each look; of LivePerson, the lists and files of the days. */
export function naive(world: World, subject: Subject, looks: readonly Instant[]): Calls {
  const calls = looks.length * AGENTS;
  if (subject === 'interactions now') return { vonage: calls };
  if (subject === 'status now') return { kore: calls };
  const { delay, filesBetween } = livepersonOf(world);
  const forOne = looksAt(subject, looks).map(({ at, from, to }) => {
    const end = Math.min(at, to + delay);
    return Math.ceil((end - from) / LONGEST_LIST) + filesBetween(from, end);
  });
  return { kore: calls, liveperson: AGENTS * forOne.reduce((sum, one) => sum + one, 0) };
}

function looksAt({ days }: { readonly days: readonly number[] }, looks: readonly Instant[]): readonly Look[] {
  return looks.map((at, nth) => ({ at, ...daysBeforeToday(days[nth] ?? 0, at) }));
}

function livepersonOf({ config, company, clock }: World) {
  const account = config.accounts.find(({ vendor }) => vendor === 'liveperson') as LivePersonConfig;
  const { longestSessionHours, settleHours, discoverHours } = account;
  return {
    delay: (longestSessionHours + settleHours) * HOUR,
    settling: settleHours * HOUR,
    discovery: discoverHours * HOUR,
    filesBetween: (from: Instant, to: Instant) => filesIn({ company, now: () => clock.now() }, from, to).length,
  };
}
