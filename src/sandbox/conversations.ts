import type { Instant } from '../domain/clock.ts';
import { MINUTE } from '../domain/time.ts';
import type { Conversation, Person } from '../vendors/sandbox.ts';
import { diceFor, uuidFor } from './dice.ts';
import { keepsWatch, rota, type Stint } from './rota.ts';
import { type Talk, workday } from './workday.ts';

/** One of the company, by the place on its list. */
export interface Worker {
  readonly person: Person;
  readonly index: number;
}

/** A conversation as planned. */
export type PlannedConversation = Omit<Conversation, 'end'> & { readonly end: Instant };

/** Whether something that lasts from `start` to `end` is asked for; what contains it is then asked for too. */
export type IsAskedFor = (span: { readonly start: Instant; readonly end: Instant }) => boolean;

const answersPhones = ({ person }: Worker): boolean => person.seats.vonage !== undefined;

/** The e-mail thread that is open all the stint: at any hour somebody has something going on. */
const longThread = (stint: Stint, key: readonly number[]): Talk => {
  const dice = diceFor(...key, 4);
  const start = stint.start + dice.between(MINUTE, 9 * MINUTE);
  return { medium: 'Email', direction: 'Inbound', start, end: stint.end - dice.between(MINUTE, 9 * MINUTE) };
};

/** With each talk the numbers that tell it from all others. */
const ownTalks = ({ person, index }: Worker, day: number, seed: number, isAskedFor: IsAskedFor) =>
  rota(person, index, day, seed)
    .filter(isAskedFor)
    .flatMap((stint) => {
      const key = [seed, index, day, stint.part];
      const talks = workday(stint, [seed, index, day]).talks.map((talk, nth) => ({ talk, key: [...key, nth] }));
      return keepsWatch(person, index) ? [{ talk: longThread(stint, key), key: [...key, -1] }, ...talks] : talks;
    });

/** Calls into which a colleague brought this person: the same conversation, joined later, on a channel of one's own. */
const joinedTalks = (worker: Worker, colleague: Worker, day: number, seed: number, isAskedFor: IsAskedFor) => {
  const stints = rota(worker.person, worker.index, day, seed);
  return ownTalks(colleague, day, seed, isAskedFor).flatMap(({ talk, key }) => {
    if (talk.medium !== 'Phone' || !diceFor(...key, 5).chance(0.15)) return [];
    const start = Math.round(talk.start + (talk.end - talk.start) * 0.6);
    const isThere = stints.some((stint) => stint.start <= start && talk.end <= stint.end);
    return isThere ? [{ talk: { ...talk, start }, key }] : [];
  });
};

/** What is asked for of all that a worker talks on the shift that begins on a day, as planned; in no order. */
export const conversationsOf = (
  worker: Worker,
  colleague: Worker | undefined,
  day: number,
  seed: number,
  isAskedFor: IsAskedFor,
): readonly PlannedConversation[] => {
  if (!answersPhones(worker)) return [];
  const joined = colleague && answersPhones(colleague) ? joinedTalks(worker, colleague, day, seed, isAskedFor) : [];
  return [...ownTalks(worker, day, seed, isAskedFor), ...joined]
    .filter(({ talk }) => isAskedFor(talk))
    .map(({ talk, key }) => ({ ...talk, guid: uuidFor(...key, 8), channelGuid: uuidFor(...key, worker.index, 9) }));
};
