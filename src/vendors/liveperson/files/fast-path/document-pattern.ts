import { type Activity, type ActivityRecord, parseName, type RawEvent } from '../activity.ts';
import { latin1ToUtf8 } from '../latin1.ts';
import { createCursor, type Cursor } from './cursor.ts';
import { createNameReader, memoizeText } from './memoize.ts';
import { type CaptureGroups, createTokenPattern, type TokenPattern } from './token-pattern.ts';
import { findArray, type JsonToken, tokenize } from './tokens.ts';

/** The form of a document: all of its text except the values. It reads other documents of the same form without a parser. */
export interface DocumentPattern {
  /** Reads the document that begins there; null when it has another form or is incomplete. */
  readonly tryRead: (text: string, start: number) => { readonly activity: Activity; readonly end: number } | null;
}

/** The patterns of a document in their order. Records repeat within a document, and events within a record. */
interface DocumentSections {
  readonly head: readonly TokenPattern<{ readonly accountId: string | null }>[];
  readonly recordHead: readonly TokenPattern<{ readonly sessionId: string | null }>[];
  /** Events of one document may have several forms, such as a login and a status change. */
  readonly events: readonly TokenPattern<RawEvent | null>[];
  readonly recordTail: readonly TokenPattern<true>[];
  readonly tail: readonly TokenPattern<true>[];
}

/** The forms of an event are tried in turn. Logins, logouts and changes, some with nulls, have fewer. */
const MAX_TOKEN_PATTERNS = 8;

/** Learns the pattern of a parsed document (latin1 text); null for a form that patterns do not cover. */
export function learnPattern(text: string, extractEvent: EventExtractor): DocumentPattern | null {
  const tokens = tokenize(text) ?? [];
  const records = findArray(tokens, 'recordcollection', 0);
  const events = findArray(tokens, 'agentsessionsdata', records?.start ?? 0);
  const record = records?.elements[0];
  if (!records || !events || !record || events.end > record.end) return null;
  const eventPatterns = toTokenPatterns(
    events.elements.map((item) => tokens.slice(item.start, item.end)),
    extractEvent,
  );
  if (eventPatterns.length > MAX_TOKEN_PATTERNS) return null;
  const sections: DocumentSections = {
    head: toTokenPatterns([tokens.slice(0, records.start)], ({ accountId }) => (match) => ({
      accountId: parseGroupId(match, accountId),
    })),
    recordHead: toTokenPatterns([tokens.slice(record.start, events.start)], ({ sessionId }) => (match) => ({
      sessionId: parseGroupId(match, sessionId),
    })),
    events: eventPatterns,
    recordTail: toTokenPatterns([tokens.slice(events.end, record.end)], () => () => true),
    tail: toTokenPatterns([tokens.slice(records.end)], () => () => true),
  };
  return {
    tryRead: (input, start) => {
      const cursor = createCursor(input, start);
      const activity = matchActivity(cursor, sections);
      return activity && { activity, end: cursor.position() };
    },
  };
}

/** Returns the distinct forms of examples, up to one more than the limit. An example that fits no pattern is skipped. */
function toTokenPatterns<T>(
  examples: readonly (readonly JsonToken[])[],
  createExtract: (groups: CaptureGroups) => (match: RegExpExecArray) => T,
): readonly TokenPattern<T>[] {
  const patterns: TokenPattern<T>[] = [];
  for (const tokens of examples) {
    if (patterns.length > MAX_TOKEN_PATTERNS) break;
    const text = tokens.map((token) => token.text).join('');
    const cursor = createCursor(text, 0);
    if (cursor.take(patterns) !== null && cursor.position() === text.length) continue;
    const pattern = createTokenPattern(tokens, createExtract);
    if (pattern !== null) patterns.push(pattern);
  }
  return patterns;
}

function matchActivity(cursor: Cursor, sections: DocumentSections): Activity | null {
  const head = cursor.take(sections.head);
  if (!head) return null;
  const records: ActivityRecord[] = [];
  do {
    const record = matchRecord(cursor, sections);
    if (!record) return null;
    records.push(record);
  } while (cursor.takeComma());
  return cursor.take(sections.tail) && { accountId: head.accountId, records, unreadable: 0 };
}

function matchRecord(cursor: Cursor, sections: DocumentSections): ActivityRecord | null {
  const head = cursor.take(sections.recordHead);
  if (!head) return null;
  const events: RawEvent[] = [];
  do {
    const event = cursor.take(sections.events);
    if (!event) return null;
    events.push(event);
  } while (cursor.takeComma());
  return cursor.take(sections.recordTail) && { sessionId: head.sessionId, events };
}

function parseGroupId(match: RegExpExecArray, group: number): string | null {
  const value = groupText(match, group);
  return value === null ? null : parseName(latin1ToUtf8(value));
}

function groupText(match: RegExpExecArray, group: number): string | null {
  return group === 0 ? null : (match[group] ?? null);
}

/** Extracts events; null for a list of profiles that a parser rejects, so that the parser reads the document. */
export type EventExtractor = (groups: CaptureGroups) => (match: RegExpExecArray) => RawEvent | null;

/** Creates an extractor for any number of patterns. It parses names and lists of profiles once. */
export function createEventExtractor(): EventExtractor {
  const readNames = createNameReader();
  const readList = memoizeText(normalizeIntegerList);
  return (groups) => (match) => {
    const list = groupText(match, groups.profileIds);
    const profileIds = list === null ? null : readList(list);
    if (list !== null && profileIds === null) return null;
    const agentId = groupText(match, groups.agentId);
    return {
      agentId,
      timestamp: groupText(match, groups.timestamp),
      type: groupText(match, groups.type),
      state: groupText(match, groups.state),
      previousState: groupText(match, groups.previousState),
      engagements: groupText(match, groups.engagements),
      previousEngagements: groupText(match, groups.previousEngagements),
      maxEngagements: groupText(match, groups.maxEngagements),
      groupId: groupText(match, groups.groupId),
      profileIds,
      names: readNames(
        agentId,
        groupText(match, groups.loginName),
        groupText(match, groups.nickname),
        groupText(match, groups.userName),
      ),
    };
  };
}

/** Removes the space from a list of integers; null for a list that a parser rejects. */
function normalizeIntegerList(list: string): string | null {
  if (list.trim() === '') return '';
  // One expression for the whole list would use the engine's stack for every item.
  const items = list.split(',').map((item) => item.trim());
  return items.every((item) => /^(?:-?[1-9]\d*|0)$/.test(item)) ? items.join() : null;
}
