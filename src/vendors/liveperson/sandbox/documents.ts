import type { Instant } from '../../../domain/clock.ts';
import type { Move, Person, Shift } from '../../sandbox.ts';
import { roll } from './draw.ts';

/** A shift that is over, as LivePerson knows it: somebody's session, from login to logout. */
export interface ClosedSession {
  readonly person: Person;
  readonly shift: Shift;
  readonly end: Instant;
}

interface Event {
  readonly at: Instant;
  readonly type: number;
  readonly state: number;
  readonly prevState: number;
  readonly chats: number;
  readonly prevChats: number;
  readonly maxChats: number;
}

// The codes are those of https://developers.liveperson.com/data-access-api-methods-agent-activity.html. Type 1, "Chat"
// there, is called "status changed" by https://developers.liveperson.com/agent-activity-api-methods-get-status-changes.html.
const CHANGE = 1;
const LOGIN = 3;
const LOGOUT = 4;
const IRRELEVANT = 0;
const OFFLINE = 1;
const STATES = { available: 2, busy: 3, away: 4 } satisfies Record<Move['status'], number>;
const NO_MAXIMUM = -9;
const NO_GROUP = -1;
const PROFILES = [2438730312, 2438730212, 2438730512, 2438730412];

/**
 * The documents that tell a session: one with everything in one record, or one with a record for each event, or, as in
 * the vendor's own sample, a document for each event, and then in no order.
 */
export function documentsOf(accountId: string, session: ClosedSession): readonly unknown[] {
  const { person, shift, end } = session;
  const description = describe(person);
  const envelop = roll(2, 'envelope', shift.serial) === 0 ? asInTheSample : withEveryUnionSpeltOut;
  const document = (bodies: readonly Event[][], startTime: Instant, endTime: Instant | null): unknown =>
    envelop(
      accountId,
      startTime,
      endTime,
      bodies.map((events) =>
        bodyOf(
          `${accountId}-${shift.serial}`,
          events.map((event) => recordOf(description, event)),
        ),
      ),
    );

  const events = eventsOf(session);
  const oneByOne = events.map((event) => [event]);
  switch (roll(3, 'layout', shift.serial)) {
    case 0:
      return [document([events], shift.start, end)];
    case 1:
      return [document(oneByOne, shift.start, end)];
    default:
      return events.map((event) => document([[event]], event.at, null)).toReversed();
  }
}

function eventsOf({ person, shift, end }: ClosedSession): Event[] {
  const maxChats = 3 + roll(4, 'most chats', person.email);
  const events: Event[] = [
    {
      at: shift.start,
      type: LOGIN,
      state: IRRELEVANT,
      prevState: OFFLINE,
      chats: 0,
      prevChats: 0,
      maxChats: NO_MAXIMUM,
    },
  ];
  let last = { state: OFFLINE, chats: 0 };
  for (const { at, status, chats } of shift.moves) {
    const state = STATES[status];
    // The vendor knows nothing of reasons, so a mere change of reason leaves no event.
    if (state === last.state && chats === last.chats) continue;
    events.push({ at, type: CHANGE, state, prevState: last.state, chats, prevChats: last.chats, maxChats });
    last = { state, chats };
  }
  const { state: prevState, chats: prevChats } = last;
  events.push({ at: end, type: LOGOUT, state: IRRELEVANT, prevState, chats: 0, prevChats, maxChats: NO_MAXIMUM });
  return events;
}

/** What stands in every event of a person, without what it tells of the event. */
function describe({ firstName, lastName, email, employeeId, seats }: Person): Readonly<Record<string, unknown>> {
  const hasEmployeeId = roll(4, 'employee id', email) > 0;
  const hasGroup = roll(3, 'has group', email) > 0;
  return {
    agentID: long(Number(seats.liveperson)),
    agentEmployeeId: string(hasEmployeeId ? employeeId : ''),
    agentUsername: string(`${firstName} ${lastName}`),
    agentNickname: string(`${firstName}${lastName.slice(0, 1)}`),
    agentLoginname: string(email),
    agentGroupID: long(hasGroup ? 101 + roll(3, 'group', email) : NO_GROUP),
    userProfileIDs: { array: PROFILES.slice(0, 1 + roll(PROFILES.length, 'profiles', email)) },
  };
}

function recordOf(description: Readonly<Record<string, unknown>>, event: Event): unknown {
  return {
    ...description,
    type: long(event.type),
    state: long(event.state),
    timestamp: long(event.at),
    prevState: long(event.prevState),
    prevConcurrentEng: long(event.prevChats),
    concurrentEng: long(event.chats),
    maxConcurrentEng: long(event.maxChats),
  };
}

function bodyOf(sessionId: string, records: readonly unknown[]): unknown {
  return {
    body: {
      'com.liveperson.dataaccess.AgentActivityData': {
        header: { 'com.liveperson.dataaccess.AgentHeader': { agentSessionId: string(sessionId) } },
        agentSessionsData: { array: records },
      },
    },
  };
}

type Envelop = (accountId: string, start: Instant, end: Instant | null, bodies: readonly unknown[]) => unknown;

const DATA_TYPE = { 'com.liveperson.dataaccess.DataTypeEnum': 'AgentActivity' };

const asInTheSample: Envelop = (accountId, start, end, bodies) => ({
  dataType: DATA_TYPE,
  metaData: {
    accountId: string(accountId),
    schemaVersion: '1.0.0.4',
    startTime: long(start),
    endTime: end === null ? null : long(end),
  },
  recordCollection: bodies,
});

/** As https://github.com/singer-io/tap-liveperson reads the files. */
const withEveryUnionSpeltOut: Envelop = (accountId, start, end, bodies) => ({
  dataType: DATA_TYPE,
  metaData: {
    'com.liveperson.dataaccess.MetaData': {
      accountId: string(accountId),
      schemaVersion: string('1.0.0.35'),
      startTime: long(start),
      endTime: end === null ? null : long(end),
    },
  },
  recordCollection: { array: bodies },
});

function long(value: number): { readonly long: number } {
  return { long: value };
}

function string(value: string): { readonly string: string } {
  return { string: value };
}
