import type { Instant } from './clock.ts';
import type { DateRange } from './time.ts';

/** A bot's activity in an interval; null where unknown. */
export interface UsageInterval {
  /** As the vendor sent it, to the millisecond. */
  readonly start: Instant;
  /** As the vendor sent it, to the millisecond. */
  readonly end: Instant;
  readonly sessionCount: number | null;
  readonly usersCount: number | null;
  readonly messagesCount: number | null;
  readonly unhandledMessagesCount: number | null;
  readonly successfulResponsesCount: number | null;
  readonly ambiguousMessagesCount: number | null;
  readonly mismatchedAmbiguousMessagesCount: number | null;
  readonly interventionsCount: number | null;
  /** Per cent, two decimals. */
  readonly successRate: number | null;
}

/** A part of the usage statistics that needs its own vendor call. */
export type UsagePart = 'usage' | 'interventions';

/** A bot's usage over some days. */
export interface UsageStats {
  /** The account's name. */
  readonly account: string;
  /** The bot's reference there. */
  readonly ref: string;
  /** Null only when no part was requested. */
  readonly current: UsageInterval | null;
  readonly previous: UsageInterval | null;
  readonly buckets: readonly UsageInterval[];
}

export interface UsageQuery {
  readonly during: DateRange;
  readonly parts: ReadonlySet<UsagePart>;
}
