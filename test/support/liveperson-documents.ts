/** An event in plain values; omitted fields have the values of the vendor's sample. */
export interface PlainEvent {
  readonly agent?: number | string;
  readonly type?: number;
  readonly state?: number;
  readonly previous?: number;
  readonly at?: number;
  readonly engagements?: number;
  readonly previousEngagements?: number;
  readonly maxEngagements?: number;
  readonly group?: number;
  readonly profiles?: readonly number[];
  readonly login?: string;
  readonly nickname?: string;
  readonly userName?: string;
}

/** The two known envelopes: of the vendor's documentation, and of real files. */
export type Envelope = 'documented' | 'found';

export const SAMPLE_TIME = 1465992202047;

function avroLong(value: number | string) {
  return { long: value };
}
function avroString(value: string) {
  return { string: value };
}

export function createEventRecord(event: PlainEvent = {}): Record<string, unknown> {
  return {
    agentID: avroLong(event.agent ?? 9),
    type: avroLong(event.type ?? 3),
    state: avroLong(event.state ?? 0),
    timestamp: avroLong(event.at ?? SAMPLE_TIME),
    prevState: avroLong(event.previous ?? 1),
    agentEmployeeId: avroString(''),
    agentUsername: avroString(event.userName ?? 'CRAgent'),
    agentNickname: avroString(event.nickname ?? 'CRAgent'),
    agentLoginname: avroString(event.login ?? 'CRAgent@liveperson.com'),
    prevConcurrentEng: avroLong(event.previousEngagements ?? 0),
    concurrentEng: avroLong(event.engagements ?? 0),
    maxConcurrentEng: avroLong(event.maxEngagements ?? -9),
    agentGroupID: avroLong(event.group ?? -1),
    userProfileIDs: { array: event.profiles ?? [2438730312, 2438730212] },
  };
}

export interface PlainRecord {
  readonly session?: string;
  readonly events: readonly PlainEvent[];
}

/** Creates a document of a file. */
export function createActivityDocument(
  records: readonly PlainRecord[],
  { envelope = 'documented', account = '75555851' }: { envelope?: Envelope; account?: string | null } = {},
): Record<string, unknown> {
  const metaData = {
    ...(account !== null && { accountId: avroString(account) }),
    schemaVersion: '1.0.0.4',
    startTime: avroLong(SAMPLE_TIME),
    endTime: null,
  };
  const collection = records.map(({ session = '75555851-684867733', events }) =>
    createBodyRecord(session, events.map(createEventRecord)),
  );
  return {
    dataType: { 'com.liveperson.dataaccess.DataTypeEnum': 'AgentActivity' },
    metaData: envelope === 'documented' ? metaData : { 'com.liveperson.dataaccess.MetaData': metaData },
    recordCollection: envelope === 'documented' ? collection : { array: collection },
  };
}

export function createBodyRecord(session: string, events: readonly unknown[]): Record<string, unknown> {
  return {
    body: {
      'com.liveperson.dataaccess.AgentActivityData': {
        header: { 'com.liveperson.dataaccess.AgentHeader': { agentSessionId: avroString(session) } },
        agentSessionsData: { array: events },
      },
    },
  };
}
