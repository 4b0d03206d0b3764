import type { Instant } from './clock.ts';
import type { DateRange } from './time.ts';

/** What a bot did in a span of time; null where not known. */
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

/** A part of the usage statistics that can be asked for (and paid for) on its own. */
export type UsagePart = 'usage' | 'interventions';

/** How a bot was used over some days. */
export interface UsageStats {
  /** The account's name. */
  readonly account: string;
  /** The bot's reference there. */
  readonly ref: string;
  /** Null only when no part was asked for. */
  readonly current: UsageInterval | null;
  readonly previous: UsageInterval | null;
  readonly buckets: readonly UsageInterval[];
}

export interface UsageQuery {
  readonly during: DateRange;
  readonly parts: ReadonlySet<UsagePart>;
}
