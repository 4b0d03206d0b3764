import { field, fieldInAnyCase, isRecord, unwrap } from '../wire.ts';

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

const BODY = 'com.liveperson.dataaccess.AgentActivityData';

/** Reads a document; null for one that is not JSON or holds no collection of records. Bodies of other kinds are passed over. */
export function readActivity(text: string): Activity | null {
  const read = activityOf(parse(text));
  // JSON.parse rounds what lies beyond 2^53, and Avro's longs go up to 2^63: such a document is read again with care.
  return (read?.rounded === true ? activityOf(parse(text, keepDigits)) : read)?.activity ?? null;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function parse(text: string, reviver?: Reviver): unknown {
  try {
    // The type of JSON.parse does not know the reviver's third argument yet.
    return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
  } catch {
    return undefined;
  }
}

function keepDigits(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  return isRounded(value) && context.source !== undefined ? context.source : value;
}

function isRounded(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

function activityOf(document: unknown): { readonly activity: Activity; readonly rounded: boolean } | null {
  const collection = field(document, 'recordCollection');
  if (!Array.isArray(collection)) return null;
  let rounded = false;
  const digits = (value: unknown): string | null => {
    if (isRounded(value)) rounded = true;
    if (typeof value === 'number') return Number.isInteger(value) ? String(value) : null;
    return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : null;
  };
  const records = collection.flatMap((record: unknown) => recordOf(record, digits) ?? []);
  const accountId = idText(field(field(document, 'metaData'), 'accountId'), digits);
  return { activity: { accountId, records }, rounded };
}

type Digits = (value: unknown) => string | null;

function recordOf(record: unknown, digits: Digits): ActivityRecord | null {
  const body = isRecord(record) ? record.body : undefined;
  // Only one kind of body is ours; one that is not wrapped is known by what it holds.
  const data = isRecord(body) && BODY in body ? body[BODY] : body;
  if (!isRecord(data) || !('agentSessionsData' in data)) return null;
  const events = unwrap(data.agentSessionsData);
  return {
    sessionId: idText(field(data.header, 'agentSessionId'), digits),
    events: Array.isArray(events) ? events.map((event: unknown) => eventOf(unwrap(event), digits)) : [],
  };
}

function eventOf(event: unknown, digits: Digits): RawEvent {
  const fields = isRecord(event) ? event : {};
  const number = (name: keyof typeof NUMBER_FIELDS) => digits(unwrap(fields[NUMBER_FIELDS[name]]));
  const name = (which: keyof typeof NAME_FIELDS) => nameText(fieldInAnyCase(fields, NAME_FIELDS[which]));
  return {
    agentId: idText(unwrap(fields[NUMBER_FIELDS.agentId]), digits),
    timestamp: number('timestamp'),
    type: number('type'),
    state: number('state'),
    previousState: number('previousState'),
    engagements: number('engagements'),
    previousEngagements: number('previousEngagements'),
    maxEngagements: number('maxEngagements'),
    groupId: number('groupId'),
    profileIds: listText(unwrap(fields[PROFILES_FIELD]), digits),
    names: {
      loginName: name('loginName'),
      nickname: name('nickname'),
      userName: name('userName'),
      isLoginEncrypted: isArmoured(fieldInAnyCase(fields, NAME_FIELDS.loginName)),
    },
  };
}

function idText(value: unknown, digits: Digits): string | null {
  return typeof value === 'string' ? nameText(value) : digits(value);
}

/** Null for what is empty, and for what an account with encryption puts in a text's place: its readers are not ours. */
export function nameText(value: unknown): string | null {
  if (typeof value !== 'string' || isArmoured(value)) return null;
  const text = value.trim();
  return text === '' ? null : text;
}

/** Whether a text is in OpenPGP's armour (RFC 9580, section 6.2). */
export function isArmoured(value: unknown): boolean {
  return typeof value === 'string' && value.includes('-----BEGIN PGP');
}

function listText(value: unknown, digits: Digits): string | null {
  if (!Array.isArray(value)) return null;
  return value.flatMap((item: unknown) => digits(unwrap(item)) ?? []).join(',');
}
