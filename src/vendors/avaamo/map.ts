import type { Instant } from '../../domain/clock.ts';
import type { CivilDate } from '../../domain/time.ts';
import type { UsageInterval } from '../../domain/usage-stats.ts';
import {
  type InterventionSpan,
  isCount,
  type StoredInterventions,
  type StoredUsage,
  toInstant,
  type UsageSpan,
} from './wire.ts';

/** The report of one endpoint on a bot; fields of the other endpoint are null. */
export interface UsageReport {
  /** Null for a response without totals. */
  readonly current: UsageInterval | null;
  readonly previous: UsageInterval | null;
  /** In the vendor's order. */
  readonly buckets: readonly UsageInterval[];
  /** Whether every part of the response could be read. */
  readonly isComplete: boolean;
}

const UNKNOWN_COUNTS = {
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
export function formatVendorDate(date: CivilDate): string {
  return date.split('-').reverse().join('/');
}

/**
 * The report of usage.json. Its `interventions_count` is ignored: it is 0 throughout, where agent_intervention.json has 5
 * for the same days (the samples in usage.md and agent-intervention.md).
 */
export function toUsageReport(report: StoredUsage): UsageReport {
  return toReport(report, (span: UsageSpan) => ({
    ...toBoundaries(span),
    ...UNKNOWN_COUNTS,
    sessionCount: span.session_count ?? null,
    messagesCount: span.messages_count ?? null,
    unhandledMessagesCount: span.unhandled_messages_count ?? null,
    successfulResponsesCount: span.successful_responses_count ?? null,
    ambiguousMessagesCount: span.ambiguous_messages_count ?? null,
    mismatchedAmbiguousMessagesCount: deriveMismatchedAmbiguous(span),
    // Null means that there were no messages, which is not the same as 0 %, also where the vendor sends 0.
    successRate: span.messages_count === 0 ? null : (span.success_rate ?? null),
  }));
}

/**
 * The report of agent_intervention.json. Its `session_count` is ignored: it is a count of its own, which differs from that
 * of usage.json.
 */
export function toInterventionsReport(report: StoredInterventions): UsageReport {
  return toReport(report, (span: InterventionSpan) => ({
    ...toBoundaries(span),
    ...UNKNOWN_COUNTS,
    usersCount: span.users_count ?? null,
    interventionsCount: span.interventions_count ?? null,
  }));
}

/** The interval of a report without totals: the requested days, of which nothing is known. */
export function toUnknownInterval(start: Instant, end: Instant): UsageInterval {
  return { start, end, ...UNKNOWN_COUNTS };
}

/**
 * Merges the reports of both endpoints; null for one that was not called or failed. Both cover the same days, so their totals
 * belong together. Buckets are merged if both boundaries agree, and stay separate otherwise.
 */
export function mergeReports(
  usage: UsageReport | null,
  interventions: UsageReport | null,
): Pick<UsageReport, 'current' | 'previous' | 'buckets'> {
  // Several buckets may have the same boundaries: they are merged in their order.
  const bucketsBySpan = Map.groupBy(interventions?.buckets ?? [], spanKey);
  const unmatchedBySpan = new Map([...bucketsBySpan].map(([span, buckets]) => [span, buckets.values()]));
  const mergedBuckets = (usage?.buckets ?? []).map((bucket) =>
    mergeIntervals(bucket, unmatchedBySpan.get(spanKey(bucket))?.next().value ?? null),
  );
  return {
    current: mergeOptionalIntervals(usage?.current ?? null, interventions?.current ?? null),
    previous: mergeOptionalIntervals(usage?.previous ?? null, interventions?.previous ?? null),
    buckets: [...mergedBuckets, ...[...unmatchedBySpan.values()].flatMap((rest) => [...rest])].sort(compareByTime),
  };
}

function mergeOptionalIntervals(
  usage: UsageInterval | null,
  interventions: UsageInterval | null,
): UsageInterval | null {
  return usage ? mergeIntervals(usage, interventions) : interventions;
}

function mergeIntervals(usage: UsageInterval, interventions: UsageInterval | null): UsageInterval {
  if (!interventions) return usage;
  const { usersCount, interventionsCount } = interventions;
  return { ...usage, usersCount, interventionsCount };
}

function spanKey({ start, end }: UsageInterval): string {
  return `${start}/${end}`;
}

function compareByTime(a: UsageInterval, b: UsageInterval): number {
  return a.start - b.start || a.end - b.end;
}

/** The three parts of a response. Nothing is summed: session and user counts are distinct counts, which do not add up. */
function toReport<Span>(
  report: {
    readonly aggregate_stats: Span | null;
    readonly previous_interval_stats: Span | null;
    readonly stats: readonly Span[];
    readonly isComplete: boolean;
  },
  toInterval: (span: Span) => UsageInterval,
): UsageReport {
  const { aggregate_stats: current, previous_interval_stats: previous, stats, isComplete } = report;
  return {
    current: current === null ? null : toInterval(current),
    previous: previous === null ? null : toInterval(previous),
    buckets: stats.map(toInterval),
    isComplete,
  };
}

/**
 * usage.md: "success_rate_count = successful_responses_count + ambiguous_messages_count -
 * mismatched_ambiguous_messages_count". The last of them is not sent, but follows from the others. It is null where they
 * contradict each other.
 */
function deriveMismatchedAmbiguous(span: UsageSpan): number | null {
  const { successful_responses_count, ambiguous_messages_count, success_rate_count } = span;
  if (successful_responses_count == null || ambiguous_messages_count == null || success_rate_count == null) return null;
  const mismatched = successful_responses_count + ambiguous_messages_count - success_rate_count;
  return isCount(mismatched) ? mismatched : null;
}

function toBoundaries({ start_time, end_time }: UsageSpan | InterventionSpan): Pick<UsageInterval, 'start' | 'end'> {
  return { start: toInstant(start_time), end: toInstant(end_time) };
}
