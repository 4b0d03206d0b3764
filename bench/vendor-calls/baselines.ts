import type { Instant } from '../../src/domain/clock.ts';
import type { LivePersonConfig } from '../../src/vendors/liveperson/config.ts';
import { listFiles } from '../../src/vendors/liveperson/sandbox/files.ts';
import { type CacheRules, koreLowerBound, livepersonLowerBound, type Poll, vonageLowerBound } from './lower-bound.ts';
import { lastCompleteDays } from './queries.ts';
import { AGENTS, type Calls, type World } from './world.ts';

const HOUR = 3_600_000;
const MAX_LIST_MS = 7 * 24 * HOUR;

/** What each poll reads: the current state of all agents, or a number of past days. */
export type PollSubject = 'status now' | 'interactions now' | { readonly days: readonly number[] };

/** Returns the lower bound of calls for these polls. */
export function lowerBound(world: World, subject: PollSubject, polls: readonly Instant[]): Calls {
  const { ttl } = world.config.cache;
  const rules: CacheRules = {
    agents: AGENTS,
    liveTtlMs: (subject === 'interactions now' ? ttl.interactions : ttl.statusLive) * 1000,
    pastTtlMs: ttl.statusPast * 1000,
    directoryTtlMs: ttl.directory * 1000,
  };
  if (subject === 'interactions now') return { vonage: vonageLowerBound(polls, rules) };
  if (subject === 'status now')
    return {
      kore: koreLowerBound(
        polls.map((at) => ({ at, from: at, to: at + 1 })),
        rules,
      ),
    };
  const dayPolls = toDayPolls(subject, polls);
  const { delayMs, settlingMs, discoveryMs, filesBetween } = livepersonModel(world);
  const fileRules = { ...rules, delayMs, settlingMs, discoveryMs };
  return { kore: koreLowerBound(dayPolls, rules), liveperson: livepersonLowerBound(dayPolls, fileRules, filesBetween) };
}

/** Returns the calls without cache and batching: one per agent and poll; for LivePerson, the lists and files of the days. */
export function naiveCalls(world: World, subject: PollSubject, polls: readonly Instant[]): Calls {
  const calls = polls.length * AGENTS;
  if (subject === 'interactions now') return { vonage: calls };
  if (subject === 'status now') return { kore: calls };
  const { delayMs, filesBetween } = livepersonModel(world);
  const callsPerAgent = toDayPolls(subject, polls).map(({ at, from, to }) => {
    const end = Math.min(at, to + delayMs);
    return Math.ceil((end - from) / MAX_LIST_MS) + filesBetween(from, end);
  });
  return { kore: calls, liveperson: AGENTS * callsPerAgent.reduce((sum, count) => sum + count, 0) };
}

function toDayPolls({ days }: { readonly days: readonly number[] }, polls: readonly Instant[]): readonly Poll[] {
  return polls.map((at, nth) => ({ at, ...lastCompleteDays(days[nth] ?? 0, at) }));
}

function livepersonModel({ config, company, clock }: World) {
  const account = config.accounts.find(({ vendor }) => vendor === 'liveperson') as LivePersonConfig;
  const { longestSessionHours, settleHours, discoverHours } = account;
  return {
    delayMs: (longestSessionHours + settleHours) * HOUR,
    settlingMs: settleHours * HOUR,
    discoveryMs: discoverHours * HOUR,
    filesBetween: (from: Instant, to: Instant) => listFiles({ company, now: () => clock.now() }, from, to).length,
  };
}
