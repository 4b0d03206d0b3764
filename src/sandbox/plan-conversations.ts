import type { Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { CompanyPerson, Conversation } from '../vendors/sandbox.ts';
import { type ConversationSlot, planActivity } from './activity.ts';
import { createSeededRandom, createSeededUuid } from './seeded-random.ts';
import { keepsThreadOpen, planShiftSegments, type ShiftSegment } from './shift-schedule.ts';

/** A person with their index in the company's list. */
export interface IndexedPerson {
  readonly person: CompanyPerson;
  readonly index: number;
}

/** A planned conversation with its ids. */
export type PlannedConversation = Omit<Conversation, 'end'> & { readonly end: Instant };

/** Whether a span is selected; a span that contains a selected one is selected, too. */
export type SpanFilter = (span: { readonly start: Instant; readonly end: Instant }) => boolean;

function takesPhoneCalls({ person }: IndexedPerson): boolean {
  return person.refsByVendor.vonage !== undefined;
}

/** An e-mail thread that stays open for the whole segment, so that at any time some conversation is ongoing. */
function createLongEmailThread(segment: ShiftSegment, key: readonly number[]): ConversationSlot {
  const random = createSeededRandom(...key, 4);
  const start = segment.start + random.between(MINUTE, 9 * MINUTE);
  return { medium: 'Email', direction: 'Inbound', start, end: segment.end - random.between(MINUTE, 9 * MINUTE) };
}

/** Plans a person's own conversations, each with the numbers that identify it. */
function ownConversations({ person, index }: IndexedPerson, day: number, seed: number, matchesSpan: SpanFilter) {
  return planShiftSegments(person, index, day, seed)
    .filter(matchesSpan)
    .flatMap((segment) => {
      const key = [seed, index, day, segment.segmentIndex];
      const slots = planActivity(segment, [seed, index, day]).conversations.map((slot, nth) => ({
        slot,
        key: [...key, nth],
      }));
      return keepsThreadOpen(person, index)
        ? [{ slot: createLongEmailThread(segment, key), key: [...key, -1] }, ...slots]
        : slots;
    });
}

/** Calls of a colleague that this person joined: the same conversation, joined later, on a separate channel. */
function joinedConversations(
  employee: IndexedPerson,
  colleague: IndexedPerson,
  day: number,
  seed: number,
  matchesSpan: SpanFilter,
) {
  const segments = planShiftSegments(employee.person, employee.index, day, seed);
  return ownConversations(colleague, day, seed, matchesSpan).flatMap(({ slot, key }) => {
    if (slot.medium !== 'Phone' || !createSeededRandom(...key, 5).chance(0.15)) return [];
    const start = Math.round(slot.start + (slot.end - slot.start) * 0.6);
    const isOnShift = segments.some((segment) => segment.start <= start && slot.end <= segment.end);
    return isOnShift ? [{ slot: { ...slot, start }, key }] : [];
  });
}

/** Plans the selected conversations of a person on the shift that starts on a day, in no particular order. */
export function planConversations(
  employee: IndexedPerson,
  colleague: IndexedPerson | undefined,
  day: number,
  seed: number,
  matchesSpan: SpanFilter,
): readonly PlannedConversation[] {
  if (!takesPhoneCalls(employee)) return [];
  const joined =
    colleague && takesPhoneCalls(colleague) ? joinedConversations(employee, colleague, day, seed, matchesSpan) : [];
  return [...ownConversations(employee, day, seed, matchesSpan), ...joined]
    .filter(({ slot }) => matchesSpan(slot))
    .map(({ slot, key }) => ({
      ...slot,
      guid: createSeededUuid(...key, 8),
      channelGuid: createSeededUuid(...key, employee.index, 9),
    }));
}
