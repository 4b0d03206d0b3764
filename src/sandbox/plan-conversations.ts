import type { Instant } from '../domain/clock.ts';
import type { Conversation } from '../vendors/sandbox.ts';
import type { CompanyPlan } from './company-plan.ts';
import { createSeededRandom, createSeededUuid } from './seeded-random.ts';

/** A planned conversation with its ids. */
export type PlannedConversation = Omit<Conversation, 'end'> & { readonly end: Instant };

/** Whether a span is selected; a span that contains a selected one is selected, too. */
export type SpanFilter = (span: { readonly start: Instant; readonly end: Instant }) => boolean;

/** Plans a person's own conversations, each with the numbers that identify it. */
function ownConversations(plan: CompanyPlan, index: number, day: number, matchesSpan: SpanFilter) {
  return plan
    .segmentsOn(index, day)
    .filter(matchesSpan)
    .flatMap((segment) =>
      plan.activityIn(index, day, segment).conversations.map((slot, nth) => ({
        slot,
        key: [plan.seed, index, day, segment.segmentIndex, nth],
      })),
    );
}

/** Calls of a colleague that this person joined: the same conversation, joined later, on a separate channel. */
function joinedConversations(
  plan: CompanyPlan,
  { index, colleague }: { readonly index: number; readonly colleague: number },
  day: number,
  matchesSpan: SpanFilter,
) {
  const segments = plan.segmentsOn(index, day);
  return ownConversations(plan, colleague, day, matchesSpan).flatMap(({ slot, key }) => {
    if (slot.medium !== 'Phone' || !createSeededRandom(...key, 5).chance(0.05)) return [];
    const start = Math.round(slot.start + (slot.end - slot.start) * 0.6);
    const isOnShift = segments.some((segment) => segment.start <= start && slot.end <= segment.end);
    return isOnShift ? [{ slot: { ...slot, start }, key }] : [];
  });
}

/** Plans the selected conversations of a person on the shift of a day, in no particular order. */
export function planConversations(
  plan: CompanyPlan,
  index: number,
  day: number,
  matchesSpan: SpanFilter,
): readonly PlannedConversation[] {
  if (!plan.takesPhoneCalls(index)) return [];
  const colleague = index ^ 1;
  const joined = plan.takesPhoneCalls(colleague)
    ? joinedConversations(plan, { index, colleague }, day, matchesSpan)
    : [];
  return [...ownConversations(plan, index, day, matchesSpan), ...joined]
    .filter(({ slot }) => matchesSpan(slot))
    .map(({ slot, key }) => ({
      ...slot,
      guid: createSeededUuid(...key, 8),
      channelGuid: createSeededUuid(...key, index, 9),
    }));
}
