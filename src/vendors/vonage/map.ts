import type { Instant } from '../../domain/clock.ts';
import type { Interaction, InteractionDirection, InteractionQuery, InteractionType } from '../../domain/interaction.ts';
import { durationSeconds } from '../../domain/status-period.ts';
import { isInstant, SECOND } from '../../domain/time.ts';
import { parseInstant, type StoredInteractions, type WireInteraction } from './wire.ts';

/** The parameters of version 2. Defaults are left out, so that equal queries have equal parameters. */
export interface InteractionParameters {
  readonly size?: number;
  readonly type?: 'All' | 'Phone' | 'Chat' | 'Email';
  readonly activeLiveFirst?: boolean;
}

/** "optional default is 1" */
const DEFAULT_SIZE = 1;

/** How many latest interactions are searched for those of type OTHER, which the vendor cannot filter by. */
export const OTHER_TYPE_FETCH_SIZE = 50;

const TYPE_PARAMETERS = { PHONE: 'Phone', CHAT: 'Chat', EMAIL: 'Email', OTHER: 'All' } as const;

const DIRECTIONS: ReadonlyMap<string, InteractionDirection> = new Map([
  ['inbound', 'INBOUND'],
  ['outbound', 'OUTBOUND'],
  ['internal', 'INTERNAL'],
]);

/** Version 1 takes no parameters ("plans for versions > 1"), hence supports neither a type nor an order. */
export function requiresVersion2({ type, activeLiveFirst }: InteractionQuery): boolean {
  return type !== null || activeLiveFirst !== null;
}

/**
 * A query as parameters of version 2: `size`, `type` (All|Phone|Chat|Email) and `activeLiveFirst`. There is no value for
 * "any other type": all types are requested, more than needed, and `filterByQuery` selects.
 */
export function toParameters({ size, type, activeLiveFirst }: InteractionQuery): InteractionParameters {
  const requestedSize = type === 'OTHER' ? Math.max(size, OTHER_TYPE_FETCH_SIZE) : size;
  return {
    ...(requestedSize !== DEFAULT_SIZE && { size: requestedSize }),
    ...(type !== null && { type: TYPE_PARAMETERS[type] }),
    ...(activeLiveFirst !== null && { activeLiveFirst }),
  };
}

/** Selects the requested interactions from version 2's response to `toParameters(query)`, in the server's order. */
export function filterByQuery(
  interactions: readonly Interaction[],
  { size, type }: InteractionQuery,
): readonly Interaction[] {
  const matching = type === 'OTHER' ? interactions.filter((interaction) => interaction.type === 'OTHER') : interactions;
  // The list itself where it is whole, as of a page.
  return matching.length <= size ? matching : matching.slice(0, size);
}

/** The interactions of a response of either version, in the server's order, which each version defines in its own way. */
export function toInteractions(stored: StoredInteractions, account: string, ref: string): readonly Interaction[] {
  return stored
    .filter((sent) => sent !== null)
    .map((sent) => {
      const start = parseInstant(sent.start);
      const end = toEnd(start, sent.duration ?? null);
      return {
        account,
        ref,
        guid: sent.guid,
        type: toInteractionType(sent.type),
        vendorType: sent.type ?? null,
        direction: DIRECTIONS.get(sent.direction?.toLowerCase() ?? '') ?? null,
        start,
        end,
        durationSeconds: durationSeconds(start, end),
        isActive: isActive(sent),
        channelGuid: sent.channelGuid ?? null,
      };
    });
}

/** Null while the interaction is ongoing, without a duration, and for an end beyond the range of dates. */
function toEnd(start: Instant, seconds: number | null): Instant | null {
  if (seconds === null) return null;
  const end = start + Math.round(Math.max(0, seconds) * SECOND);
  return isInstant(end) ? end : null;
}

/**
 * Version 1 sends `hasEnded`; from version 2 on "duration is null if the agent is still connected". Without either, it is
 * unknown.
 */
function isActive({ hasEnded, duration }: WireInteraction): boolean | null {
  if (hasEnded != null) return !hasEnded;
  return duration === undefined ? null : duration === null;
}

/** The list of types is open ("permitted values currently …"). Version 1 sends no type: null, not a guess. */
function toInteractionType(sent: string | null | undefined): InteractionType | null {
  if (sent == null) return null;
  const type = sent.toUpperCase();
  return type === 'PHONE' || type === 'CHAT' || type === 'EMAIL' ? type : 'OTHER';
}
