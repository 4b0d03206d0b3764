import type { Instant } from './clock.ts';

export type InteractionType = 'PHONE' | 'CHAT' | 'EMAIL' | 'OTHER';
export type InteractionDirection = 'INBOUND' | 'OUTBOUND' | 'INTERNAL';

/** One agent's part in a conversation with a customer. */
export interface Interaction {
  /** The account's name. */
  readonly account: string;
  /** The agent's reference there. */
  readonly ref: string;
  readonly guid: string;
  readonly type: InteractionType | null;
  readonly vendorType: string | null;
  readonly direction: InteractionDirection | null;
  readonly start: Instant;
  readonly end: Instant | null;
  readonly durationSeconds: number | null;
  readonly isActive: boolean | null;
  readonly channelGuid: string | null;
}

/** The parameters of a request for interactions. */
export interface InteractionQuery {
  readonly size: number;
  readonly type: InteractionType | null;
  readonly activeLiveFirst: boolean | null;
}
