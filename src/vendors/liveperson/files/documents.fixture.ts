/** An event in plain values; what is left out is as in the vendor's sample. */
export interface PlainEvent {
  readonly agent?: number | string;
  readonly type?: number;
  readonly state?: number;
  readonly previous?: number;
  readonly at?: number;
  readonly engagements?: number;
  readonly previousEngagements?: number;
  readonly most?: number;
  readonly group?: number;
  readonly profiles?: readonly number[];
  readonly login?: string;
  readonly nickname?: string;
  readonly userName?: string;
}

/** Which of the two known envelopes: the one in the vendor's documents, or the one that files were found to have. */
export type Envelope = 'documented' | 'found';

export const sampleTime = 1465992202047;

const long = (value: number | string) => ({ long: value });
const string = (value: string) => ({ string: value });

export function eventRecord(event: PlainEvent = {}): Record<string, unknown> {
  return {
    agentID: long(event.agent ?? 9),
    type: long(event.type ?? 3),
    state: long(event.state ?? 0),
    timestamp: long(event.at ?? sampleTime),
    prevState: long(event.previous ?? 1),
    agentEmployeeId: string(''),
    agentUsername: string(event.userName ?? 'CRAgent'),
    agentNickname: string(event.nickname ?? 'CRAgent'),
    agentLoginname: string(event.login ?? 'CRAgent@liveperson.com'),
    prevConcurrentEng: long(event.previousEngagements ?? 0),
    concurrentEng: long(event.engagements ?? 0),
    maxConcurrentEng: long(event.most ?? -9),
    agentGroupID: long(event.group ?? -1),
    userProfileIDs: { array: event.profiles ?? [2438730312, 2438730212] },
  };
}

export interface PlainRecord {
  readonly session?: string;
  readonly events: readonly PlainEvent[];
}

/** A document of a file. */
export function activityDocument(
  records: readonly PlainRecord[],
  { envelope = 'documented', account = '75555851' }: { envelope?: Envelope; account?: string | null } = {},
): Record<string, unknown> {
  const metaData = {
    ...(account !== null && { accountId: string(account) }),
    schemaVersion: '1.0.0.4',
    startTime: long(sampleTime),
    endTime: null,
  };
  const collection = records.map(({ session = '75555851-684867733', events }) =>
    bodyRecord(session, events.map(eventRecord)),
  );
  return {
    dataType: { 'com.liveperson.dataaccess.DataTypeEnum': 'AgentActivity' },
    metaData: envelope === 'documented' ? metaData : { 'com.liveperson.dataaccess.MetaData': metaData },
    recordCollection: envelope === 'documented' ? collection : { array: collection },
  };
}

export function bodyRecord(session: string, events: readonly unknown[]): Record<string, unknown> {
  return {
    body: {
      'com.liveperson.dataaccess.AgentActivityData': {
        header: { 'com.liveperson.dataaccess.AgentHeader': { agentSessionId: string(session) } },
        agentSessionsData: { array: events },
      },
    },
  };
}
