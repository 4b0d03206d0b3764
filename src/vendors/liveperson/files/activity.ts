import { getField, getFieldIgnoringCase, isRecord, unwrapUnion } from '../wire.ts';

/** An event as it stands in a file: whole numbers as their digits, whatever their size; null where there is none. */
export interface RawEvent {
  readonly agentId: string | null;
  readonly timestamp: string | null;
  readonly type: string | null;
  readonly state: string | null;
  readonly previousState: string | null;
  readonly engagements: string | null;
  readonly previousEngagements: string | null;
  readonly maxEngagements: string | null;
  readonly groupId: string | null;
  /** Divided by commas. */
  readonly profileIds: string | null;
  readonly names: AgentNames;
}

export interface AgentNames {
  readonly loginName: string | null;
  readonly nickname: string | null;
  readonly userName: string | null;
  /** Then there is none for us. */
  readonly isLoginEncrypted: boolean;
}

/** The names of an event's fields in a file, as the vendor's sample spells them. Numbers first, then texts. */
export const NUMBER_FIELDS = {
  agentId: 'agentID',
  timestamp: 'timestamp',
  type: 'type',
  state: 'state',
  previousState: 'prevState',
  engagements: 'concurrentEng',
  previousEngagements: 'prevConcurrentEng',
  maxEngagements: 'maxConcurrentEng',
  groupId: 'agentGroupID',
} as const satisfies Partial<Record<keyof RawEvent, string>>;
export const NAME_FIELDS = {
  loginName: 'agentLoginname',
  nickname: 'agentNickname',
  userName: 'agentUsername',
} as const satisfies Partial<Record<keyof AgentNames, string>>;
export const PROFILES_FIELD = 'userProfileIDs';

/** What a document tells: pieces of sessions, and which account they are said to be of. */
export interface Activity {
  /** Null where the document does not say. */
  readonly accountId: string | null;
  readonly records: readonly ActivityRecord[];
}

export interface ActivityRecord {
  readonly sessionId: string | null;
  readonly events: readonly RawEvent[];
}

const ACTIVITY_BODY = 'com.liveperson.dataaccess.AgentActivityData';

/** Reads a document; null for one that is not JSON or holds no collection of records. Bodies of other kinds are passed over. */
export function readActivity(text: string): Activity | null {
  const result = toActivity(tryParseJson(text));
  // JSON.parse rounds what lies beyond 2^53, and Avro's longs go up to 2^63: such a document is read again with care.
  return (result?.isRounded === true ? toActivity(tryParseJson(text, preserveDigits)) : result)?.activity ?? null;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function tryParseJson(text: string, reviver?: Reviver): unknown {
  try {
    // The type of JSON.parse does not know the reviver's third argument yet.
    return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
  } catch {
    return undefined;
  }
}

function preserveDigits(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  return isUnsafeNumber(value) && context.source !== undefined ? context.source : value;
}

function isUnsafeNumber(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function toActivity(document: unknown): { readonly activity: Activity; readonly isRounded: boolean } | null {
  const collection = getField(document, 'recordCollection');
  if (!Array.isArray(collection)) return null;
  let isRounded = false;
  const toDigits = (value: unknown): string | null => {
    if (isUnsafeNumber(value)) isRounded = true;
    if (typeof value === 'number') return Number.isInteger(value) ? String(value) : null;
    return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : null;
  };
  const records = collection.flatMap((record: unknown) => toRecord(record, toDigits) ?? []);
  const accountId = parseId(getField(getField(document, 'metaData'), 'accountId'), toDigits);
  return { activity: { accountId, records }, isRounded };
}

type ToDigits = (value: unknown) => string | null;

function toRecord(record: unknown, toDigits: ToDigits): ActivityRecord | null {
  const body = isRecord(record) ? record.body : undefined;
  // Only one kind of body is ours; one that is not wrapped is known by what it holds.
  const data = isRecord(body) && ACTIVITY_BODY in body ? body[ACTIVITY_BODY] : body;
  if (!isRecord(data) || !('agentSessionsData' in data)) return null;
  const events = unwrapUnion(data.agentSessionsData);
  return {
    sessionId: parseId(getField(data.header, 'agentSessionId'), toDigits),
    events: Array.isArray(events) ? events.map((event: unknown) => toEvent(unwrapUnion(event), toDigits)) : [],
  };
}

function toEvent(event: unknown, toDigits: ToDigits): RawEvent {
  const fields = isRecord(event) ? event : {};
  const number = (name: keyof typeof NUMBER_FIELDS) => toDigits(unwrapUnion(fields[NUMBER_FIELDS[name]]));
  const name = (key: keyof typeof NAME_FIELDS) => parseName(getFieldIgnoringCase(fields, NAME_FIELDS[key]));
  return {
    agentId: parseId(unwrapUnion(fields[NUMBER_FIELDS.agentId]), toDigits),
    timestamp: number('timestamp'),
    type: number('type'),
    state: number('state'),
    previousState: number('previousState'),
    engagements: number('engagements'),
    previousEngagements: number('previousEngagements'),
    maxEngagements: number('maxEngagements'),
    groupId: number('groupId'),
    profileIds: parseIdList(unwrapUnion(fields[PROFILES_FIELD]), toDigits),
    names: {
      loginName: name('loginName'),
      nickname: name('nickname'),
      userName: name('userName'),
      isLoginEncrypted: isPgpArmored(getFieldIgnoringCase(fields, NAME_FIELDS.loginName)),
    },
  };
}

function parseId(value: unknown, toDigits: ToDigits): string | null {
  return typeof value === 'string' ? parseName(value) : toDigits(value);
}

/** Null for what is empty, and for what an account with encryption puts in a text's place: its readers are not ours. */
export function parseName(value: unknown): string | null {
  if (typeof value !== 'string' || isPgpArmored(value)) return null;
  const text = value.trim();
  return text === '' ? null : text;
}

/** Whether a text is in OpenPGP's armour (RFC 9580, section 6.2). */
export function isPgpArmored(value: unknown): boolean {
  return typeof value === 'string' && value.includes('-----BEGIN PGP');
}

function parseIdList(value: unknown, toDigits: ToDigits): string | null {
  if (!Array.isArray(value)) return null;
  return value.flatMap((item: unknown) => toDigits(unwrapUnion(item)) ?? []).join(',');
}
