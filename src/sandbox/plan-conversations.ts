import type { Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { Conversation, CompanyPerson } from '../vendors/sandbox.ts';
import { createSeededRandom, createSeededUuid } from './seeded-random.ts';
import { keepsThreadOpen, planShiftSegments, type ShiftSegment } from './shift-schedule.ts';
import { type ConversationSlot, planActivity } from './activity.ts';

/** One of the company, by the place on its list. */
export interface IndexedPerson {
  readonly person: CompanyPerson;
  readonly index: number;
}

/** A conversation as planned. */
export type PlannedConversation = Omit<Conversation, 'end'> & { readonly end: Instant };

/** Whether something that lasts from `start` to `end` is asked for; what contains it is then asked for too. */
export type SpanFilter = (span: { readonly start: Instant; readonly end: Instant }) => boolean;

const takesPhoneCalls = ({ person }: IndexedPerson): boolean => person.refsByVendor.vonage !== undefined;

/** The e-mail thread that is open all the stint: at any hour somebody has something going on. */
const createLongEmailThread = (segment: ShiftSegment, key: readonly number[]): ConversationSlot => {
  const random = createSeededRandom(...key, 4);
  const start = segment.start + random.between(MINUTE, 9 * MINUTE);
  return { medium: 'Email', direction: 'Inbound', start, end: segment.end - random.between(MINUTE, 9 * MINUTE) };
};

/** With each talk the numbers that tell it from all others. */
const ownConversations = ({ person, index }: IndexedPerson, day: number, seed: number, matchesSpan: SpanFilter) =>
  planShiftSegments(person, index, day, seed)
    .filter(matchesSpan)
    .flatMap((segment) => {
      const key = [seed, index, day, segment.segmentIndex];
      const talks = planActivity(segment, [seed, index, day]).conversations.map((talk, nth) => ({
        talk,
        key: [...key, nth],
      }));
      return keepsThreadOpen(person, index)
        ? [{ talk: createLongEmailThread(segment, key), key: [...key, -1] }, ...talks]
        : talks;
    });

/** Calls into which a colleague brought this person: the same conversation, joined later, on a channel of one's own. */
const joinedConversations = (
  employee: IndexedPerson,
  colleague: IndexedPerson,
  day: number,
  seed: number,
  matchesSpan: SpanFilter,
) => {
  const segments = planShiftSegments(employee.person, employee.index, day, seed);
  return ownConversations(colleague, day, seed, matchesSpan).flatMap(({ talk, key }) => {
    if (talk.medium !== 'Phone' || !createSeededRandom(...key, 5).chance(0.15)) return [];
    const start = Math.round(talk.start + (talk.end - talk.start) * 0.6);
    const isOnShift = segments.some((segment) => segment.start <= start && talk.end <= segment.end);
    return isOnShift ? [{ talk: { ...talk, start }, key }] : [];
  });
};

/** What is asked for of all that a worker talks on the shift that begins on a day, as planned; in no order. */
export const planConversations = (
  employee: IndexedPerson,
  colleague: IndexedPerson | undefined,
  day: number,
  seed: number,
  matchesSpan: SpanFilter,
): readonly PlannedConversation[] => {
  if (!takesPhoneCalls(employee)) return [];
  const joined =
    colleague && takesPhoneCalls(colleague) ? joinedConversations(employee, colleague, day, seed, matchesSpan) : [];
  return [...ownConversations(employee, day, seed, matchesSpan), ...joined]
    .filter(({ talk }) => matchesSpan(talk))
    .map(({ talk, key }) => ({
      ...talk,
      guid: createSeededUuid(...key, 8),
      channelGuid: createSeededUuid(...key, employee.index, 9),
    }));
};
