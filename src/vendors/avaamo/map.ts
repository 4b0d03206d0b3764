import type { CivilDate } from '../../domain/time.ts';
import type { UsageInterval, UsageStats } from '../../domain/usage.ts';
import { type InterventionSpan, type Interventions, type Usage, type UsageSpan, instantOf, isCount } from './wire.ts';

/** What one endpoint tells of a bot; what only the other one knows is null. */
export interface Measured {
  readonly current: UsageInterval;
  readonly previous: UsageInterval | null;
  /** In the vendor's order. */
  readonly buckets: readonly UsageInterval[];
  /** Whether everything that was sent could be read. */
  readonly isWhole: boolean;
}

const UNKNOWN = {
  sessionCount: null,
  usersCount: null,
  messagesCount: null,
  unhandledMessagesCount: null,
  successfulResponsesCount: null,
  ambiguousMessagesCount: null,
  mismatchedAmbiguousMessagesCount: null,
  interventionsCount: null,
  successRate: null,
} as const;

/** "Specify date in dd/mm/yyyy format" (usage.md, query parameters), whatever the machine's locale. */
export function vendorDate(date: CivilDate): string {
  return date.split('-').reverse().join('/');
}

/**
 * What usage.json tells. Its `interventions_count` is not read: it says 0 throughout where agent_intervention.json, asked
 * about the same days, says 5 (the samples in usage.md and agent-intervention.md).
 */
export function fromUsage(told: Usage): Measured {
  return measured(told, (span: UsageSpan) => ({
    ...boundaries(span),
    ...UNKNOWN,
    sessionCount: span.session_count ?? null,
    messagesCount: span.messages_count ?? null,
    unhandledMessagesCount: span.unhandled_messages_count ?? null,
    successfulResponsesCount: span.successful_responses_count ?? null,
    ambiguousMessagesCount: span.ambiguous_messages_count ?? null,
    mismatchedAmbiguousMessagesCount: mismatchedAmbiguous(span),
    // Null means that there were no messages, which is not 0 %: it stays null.
    successRate: span.success_rate ?? null,
  }));
}

/**
 * What agent_intervention.json tells. Its `session_count` is not read: it is a count of its own, which differs from that
 * of usage.json.
 */
export function fromIntervention(told: Interventions): Measured {
  return measured(told, (span: InterventionSpan) => ({
    ...boundaries(span),
    ...UNKNOWN,
    usersCount: span.users_count ?? null,
    interventionsCount: span.interventions_count ?? null,
  }));
}

/**
 * Both endpoints' answers to the same question in one; null for one that was not asked or did not answer. Both speak of the
 * same days, so their totals belong together; their parts do where both boundaries agree, and stand alone where not.
 */
export function merge(
  usage: Measured | null,
  interventions: Measured | null,
): Pick<UsageStats, 'current' | 'previous' | 'buckets'> {
  // Several parts may have the same boundaries: they go together in their order.
  const alike = Map.groupBy(interventions?.buckets ?? [], spanKey);
  const partners = new Map([...alike].map(([span, buckets]) => [span, buckets.values()]));
  const joined = (usage?.buckets ?? []).map((bucket) =>
    join(bucket, partners.get(spanKey(bucket))?.next().value ?? null),
  );
  return {
    current: joinAny(usage?.current ?? null, interventions?.current ?? null),
    previous: joinAny(usage?.previous ?? null, interventions?.previous ?? null),
    buckets: [...joined, ...[...partners.values()].flatMap((rest) => [...rest])].sort(byTime),
  };
}

function joinAny(usage: UsageInterval | null, interventions: UsageInterval | null): UsageInterval | null {
  return usage ? join(usage, interventions) : interventions;
}

function join(usage: UsageInterval, interventions: UsageInterval | null): UsageInterval {
  if (!interventions) return usage;
  const { usersCount, interventionsCount } = interventions;
  return { ...usage, usersCount, interventionsCount };
}

function spanKey({ start, end }: UsageInterval): string {
  return `${start}/${end}`;
}

function byTime(a: UsageInterval, b: UsageInterval): number {
  return a.start - b.start || a.end - b.end;
}

/** The vendor's three lists. Nothing is summed: session and user counts are distinct counts, which do not add up. */
function measured<Span>(
  told: {
    readonly aggregate_stats: Span;
    readonly previous_interval_stats: Span | null;
    readonly stats: readonly Span[];
    readonly isWhole: boolean;
  },
  read: (span: Span) => UsageInterval,
): Measured {
  const { aggregate_stats: current, previous_interval_stats: previous, stats, isWhole } = told;
  return {
    current: read(current),
    previous: previous === null ? null : read(previous),
    buckets: stats.map(read),
    isWhole,
  };
}

/**
 * usage.md: "success_rate_count = successful_responses_count + ambiguous_messages_count -
 * mismatched_ambiguous_messages_count". The last of them is not sent, but follows from the others; not where they
 * contradict each other.
 */
function mismatchedAmbiguous(span: UsageSpan): number | null {
  const { successful_responses_count, ambiguous_messages_count, success_rate_count } = span;
  if (successful_responses_count == null || ambiguous_messages_count == null || success_rate_count == null) return null;
  const mismatched = successful_responses_count + ambiguous_messages_count - success_rate_count;
  return isCount(mismatched) ? mismatched : null;
}

function boundaries({ start_time, end_time }: UsageSpan | InterventionSpan): Pick<UsageInterval, 'start' | 'end'> {
  return { start: instantOf(start_time), end: instantOf(end_time) };
}
