import type { Instant } from '../../../domain/clock.ts';
import type { ShiftStatusChange, CompanyPerson, Shift } from '../../sandbox.ts';
import { seededInt } from './seeded-random.ts';

/** A shift that is over, which is a session in LivePerson's terms: from login to logout. */
export interface ClosedSession {
  readonly person: CompanyPerson;
  readonly shift: Shift;
  readonly end: Instant;
}

interface ActivityEvent {
  readonly at: Instant;
  readonly type: number;
  readonly state: number;
  readonly prevState: number;
  readonly chats: number;
  readonly prevChats: number;
  readonly maxChats: number;
}

// Codes: https://developers.liveperson.com/data-access-api-methods-agent-activity.html. Type 1, "Chat"
// there, is "status changed" by https://developers.liveperson.com/agent-activity-api-methods-get-status-changes.html.
const STATUS_CHANGE = 1;
const LOGIN = 3;
const LOGOUT = 4;
const IRRELEVANT = 0;
const OFFLINE = 1;
const STATES = { available: 2, busy: 3, away: 4 } satisfies Record<ShiftStatusChange['status'], number>;
const NO_MAXIMUM = -9;
const NO_GROUP = -1;
const PROFILES = [2438730312, 2438730212, 2438730512, 2438730412];

/**
 * Renders a session in one of three layouts: a document with one record, a document with a record for each event, or, as in the
 * vendor's own sample, a document for each event, in no order.
 */
export function sessionDocuments(accountId: string, session: ClosedSession): readonly unknown[] {
  const { person, shift, end } = session;
  const agentFields = toAgentFields(person);
  const createEnvelope = seededInt(2, 'envelope', shift.serial) === 0 ? sampleEnvelope : wrappedUnionsEnvelope;
  const document = (bodies: readonly ActivityEvent[][], startTime: Instant, endTime: Instant | null): unknown =>
    createEnvelope(
      accountId,
      startTime,
      endTime,
      bodies.map((events) =>
        toBody(
          `${accountId}-${shift.serial}`,
          events.map((event) => toRecord(agentFields, event)),
        ),
      ),
    );

  const events = sessionEvents(session);
  const singleEvents = events.map((event) => [event]);
  switch (seededInt(3, 'layout', shift.serial)) {
    case 0:
      return [document([events], shift.start, end)];
    case 1:
      return [document(singleEvents, shift.start, end)];
    default:
      return events.map((event) => document([[event]], event.at, null)).toReversed();
  }
}

function sessionEvents({ person, shift, end }: ClosedSession): ActivityEvent[] {
  const maxChats = 3 + seededInt(4, 'most chats', person.email);
  const events: ActivityEvent[] = [
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
  for (const { at, status, concurrentChats } of shift.statusChanges) {
    const state = STATES[status];
    // LivePerson has no reasons, so a change of only the reason is not an event.
    if (state === last.state && concurrentChats === last.chats) continue;
    events.push({
      at,
      type: STATUS_CHANGE,
      state,
      prevState: last.state,
      chats: concurrentChats,
      prevChats: last.chats,
      maxChats,
    });
    last = { state, chats: concurrentChats };
  }
  const { state: prevState, chats: prevChats } = last;
  events.push({ at: end, type: LOGOUT, state: IRRELEVANT, prevState, chats: 0, prevChats, maxChats: NO_MAXIMUM });
  return events;
}

/** The fields that describe the person, equal in all events. */
function toAgentFields({
  firstName,
  lastName,
  email,
  employeeId,
  refsByVendor,
}: CompanyPerson): Readonly<Record<string, unknown>> {
  const hasEmployeeId = seededInt(4, 'employee id', email) > 0;
  const hasGroup = seededInt(3, 'has group', email) > 0;
  return {
    agentID: avroLong(Number(refsByVendor.liveperson)),
    agentEmployeeId: avroString(hasEmployeeId ? employeeId : ''),
    agentUsername: avroString(`${firstName} ${lastName}`),
    agentNickname: avroString(`${firstName}${lastName.slice(0, 1)}`),
    agentLoginname: avroString(email),
    agentGroupID: avroLong(hasGroup ? 101 + seededInt(3, 'group', email) : NO_GROUP),
    userProfileIDs: { array: PROFILES.slice(0, 1 + seededInt(PROFILES.length, 'profiles', email)) },
  };
}

function toRecord(agentFields: Readonly<Record<string, unknown>>, event: ActivityEvent): unknown {
  return {
    ...agentFields,
    type: avroLong(event.type),
    state: avroLong(event.state),
    timestamp: avroLong(event.at),
    prevState: avroLong(event.prevState),
    prevConcurrentEng: avroLong(event.prevChats),
    concurrentEng: avroLong(event.chats),
    maxConcurrentEng: avroLong(event.maxChats),
  };
}

function toBody(sessionId: string, records: readonly unknown[]): unknown {
  return {
    body: {
      'com.liveperson.dataaccess.AgentActivityData': {
        header: { 'com.liveperson.dataaccess.AgentHeader': { agentSessionId: avroString(sessionId) } },
        agentSessionsData: { array: records },
      },
    },
  };
}

type CreateEnvelope = (accountId: string, start: Instant, end: Instant | null, bodies: readonly unknown[]) => unknown;

const DATA_TYPE = { 'com.liveperson.dataaccess.DataTypeEnum': 'AgentActivity' };

const sampleEnvelope: CreateEnvelope = (accountId, start, end, bodies) => ({
  dataType: DATA_TYPE,
  metaData: {
    accountId: avroString(accountId),
    schemaVersion: '1.0.0.4',
    startTime: avroLong(start),
    endTime: end === null ? null : avroLong(end),
  },
  recordCollection: bodies,
});

/** The envelope that https://github.com/singer-io/tap-liveperson reads. */
const wrappedUnionsEnvelope: CreateEnvelope = (accountId, start, end, bodies) => ({
  dataType: DATA_TYPE,
  metaData: {
    'com.liveperson.dataaccess.MetaData': {
      accountId: avroString(accountId),
      schemaVersion: avroString('1.0.0.35'),
      startTime: avroLong(start),
      endTime: end === null ? null : avroLong(end),
    },
  },
  recordCollection: { array: bodies },
});

function avroLong(value: number): { readonly long: number } {
  return { long: value };
}

function avroString(value: string): { readonly string: string } {
  return { string: value };
}
