import type { Instant } from '../../domain/clock.ts';
import type { CivilDate } from '../../domain/time.ts';
import type { UsageInterval, UsageStats } from '../../domain/usage.ts';
import type { InterventionReply, InterventionSpan, UsageReply, UsageSpan } from './wire.ts';

/** What one endpoint tells of a bot; what only the other one knows is null. */
export interface Measured {
  readonly current: UsageInterval;
  readonly previous: UsageInterval | null;
  /** In the vendor's order. */
  readonly buckets: readonly UsageInterval[];
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
export function fromUsage(reply: UsageReply): Measured {
  return measured(reply, (span: UsageSpan) => ({
    ...boundaries(span),
    ...UNKNOWN,
    sessionCount: count(span.session_count),
    messagesCount: count(span.messages_count),
    unhandledMessagesCount: count(span.unhandled_messages_count),
    successfulResponsesCount: count(span.successful_responses_count),
    ambiguousMessagesCount: count(span.ambiguous_messages_count),
    mismatchedAmbiguousMessagesCount: mismatchedAmbiguous(span),
    // Null means that there were no messages, which is not 0 %: it stays null.
    successRate: count(span.success_rate),
  }));
}

/**
 * What agent_intervention.json tells. Its `session_count` is not read: it is a count of its own, which differs from that
 * of usage.json.
 */
export function fromIntervention(reply: InterventionReply): Measured {
  return measured(reply, (span: InterventionSpan) => ({
    ...boundaries(span),
    ...UNKNOWN,
    usersCount: count(span.users_count),
    interventionsCount: count(span.interventions_count),
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
  const partners = new Map(interventions?.buckets.map((bucket) => [spanKey(bucket), bucket]));
  const joined = (usage?.buckets ?? []).map((bucket) => {
    const partner = partners.get(spanKey(bucket));
    partners.delete(spanKey(bucket));
    return join(bucket, partner ?? null);
  });
  return {
    current: joinAny(usage?.current ?? null, interventions?.current ?? null),
    previous: joinAny(usage?.previous ?? null, interventions?.previous ?? null),
    buckets: [...joined, ...partners.values()].sort(byTime),
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
  reply: {
    readonly aggregate_stats: Span;
    readonly previous_interval_stats?: Span | null | undefined;
    readonly stats?: readonly Span[] | null | undefined;
  },
  read: (span: Span) => UsageInterval,
): Measured {
  const { aggregate_stats: current, previous_interval_stats: previous, stats } = reply;
  return {
    current: read(current),
    previous: previous == null ? null : read(previous),
    buckets: (stats ?? []).map(read),
  };
}

/**
 * usage.md: "success_rate_count = successful_responses_count + ambiguous_messages_count -
 * mismatched_ambiguous_messages_count". The last of them is not sent, but follows from the others.
 */
function mismatchedAmbiguous(span: UsageSpan): number | null {
  const successful = count(span.successful_responses_count);
  const ambiguous = count(span.ambiguous_messages_count);
  const notMismatched = count(span.success_rate_count);
  if (successful === null || ambiguous === null || notMismatched === null) return null;
  return successful + ambiguous - notMismatched;
}

function boundaries(span: { start_time: number | string; end_time: number | string }): {
  start: Instant;
  end: Instant;
} {
  return { start: instant(span.start_time), end: instant(span.end_time) };
}

/** Seconds with a fraction ("end_time": 1586540399.8888888 in the samples); what is finer than a millisecond is cut off. */
function instant(seconds: number | string): Instant {
  return Math.trunc(Number(seconds) * 1000);
}

function count(sent: number | string | null | undefined): number | null {
  return sent == null ? null : Number(sent);
}
