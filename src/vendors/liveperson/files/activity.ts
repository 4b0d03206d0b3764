import { getField, getFieldIgnoringCase, isRecord, RECORD_BRANCH_PREFIX, unwrapUnion } from '../wire.ts';

/** An event as it is in a file: integers as their digits, whatever their size; null for a missing one. */
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
  /** Separated by commas. */
  readonly profileIds: string | null;
  readonly names: AgentNames;
}

export interface AgentNames {
  readonly loginName: string | null;
  readonly nickname: string | null;
  readonly userName: string | null;
  /** An encrypted login name is null, because only the account's own readers can decrypt it. */
  readonly isLoginEncrypted: boolean;
}

/** The names of an event's fields in a file, in the spelling of the vendor's sample: numbers first, then texts. */
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

/** The content of a document: parts of sessions, and the account that they belong to. */
export interface Activity {
  /** Null when the document does not name it. */
  readonly accountId: string | null;
  readonly records: readonly ActivityRecord[];
  /** The number of records whose events cannot be found. Bodies of other kinds do not count. */
  readonly unreadable: number;
}

export interface ActivityRecord {
  readonly sessionId: string | null;
  readonly events: readonly RawEvent[];
}

const ACTIVITY_BODY = `${RECORD_BRANCH_PREFIX}AgentActivityData`;

/** Parses a document; null when it is not JSON or has no collection of records. Skips bodies of other kinds. */
export function readActivity(text: string): Activity | null {
  const result = toActivity(tryParseJson(text));
  // JSON.parse rounds numbers beyond 2^53, and Avro's longs go up to 2^63: such a document is parsed again with its digits.
  return (result?.isRounded === true ? toActivity(tryParseJson(text, preserveDigits)) : result)?.activity ?? null;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

function tryParseJson(text: string, reviver?: Reviver): unknown {
  try {
    // The type of JSON.parse lacks the reviver's third argument.
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
  const bodies = collection.map((record: unknown) => (isRecord(record) ? record.body : undefined));
  const activityBodies = bodies.filter((body) => !isOfOtherKind(body));
  const records = activityBodies.flatMap((body) => toRecord(body, toDigits) ?? []);
  const accountId = parseId(getField(getField(document, 'metaData'), 'accountId'), toDigits);
  return { activity: { accountId, records, unreadable: activityBodies.length - records.length }, isRounded };
}

type ToDigits = (value: unknown) => string | null;

/** Whether a body is wrapped in the name of another type than agent activity. */
function isOfOtherKind(body: unknown): boolean {
  const [key, ...others] = isRecord(body) ? Object.keys(body) : [];
  return key !== undefined && others.length === 0 && key !== ACTIVITY_BODY && key.startsWith(RECORD_BRANCH_PREFIX);
}

/** Null for a body without a list of events. That the list is null means that there are none. */
function toRecord(body: unknown, toDigits: ToDigits): ActivityRecord | null {
  // A body that is not wrapped in its type name is recognized by its fields.
  const data = isRecord(body) && ACTIVITY_BODY in body ? body[ACTIVITY_BODY] : body;
  const list = isRecord(data) ? unwrapUnion(data.agentSessionsData) : undefined;
  if (!isRecord(data) || (list !== null && !Array.isArray(list))) return null;
  return {
    sessionId: parseId(getField(data.header, 'agentSessionId'), toDigits),
    events: (list ?? []).map((event: unknown) => toEvent(unwrapUnion(event), toDigits)),
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

/** Trims a name. Null for an empty one, and for the armored text of an account with encryption. */
export function parseName(value: unknown): string | null {
  if (typeof value !== 'string' || isPgpArmored(value)) return null;
  const text = value.trim();
  return text === '' ? null : text;
}

/** Whether a text has OpenPGP's ASCII armor (RFC 9580, section 6.2). */
export function isPgpArmored(value: unknown): boolean {
  return typeof value === 'string' && value.includes('-----BEGIN PGP');
}

function parseIdList(value: unknown, toDigits: ToDigits): string | null {
  if (!Array.isArray(value)) return null;
  return value.flatMap((item: unknown) => toDigits(unwrapUnion(item)) ?? []).join(',');
}
