import { type Activity, type ActivityRecord, nameText, type RawEvent } from './activity.ts';
import { decoded } from './bytes-as-text.ts';
import { createCursor, type Cursor } from './cursor.ts';
import { createNameReader, remembering } from './memory.ts';
import { createStretch, type Groups, type Stretch } from './stretch.ts';
import { arrayIn, type Token, tokensOf } from './tokens.ts';

/** The form of a document: all of its text but the values, so that another of the same form can be read without a parser. */
export interface Pattern {
  /** What the document tells that begins there, and its end; null when it has another form, or is not all there. */
  readonly read: (text: string, begin: number) => { readonly activity: Activity; readonly end: number } | null;
}

/** Records repeat within a document, and events within a record. */
interface Form {
  readonly head: readonly Stretch<{ readonly accountId: string | null }>[];
  readonly recordHead: readonly Stretch<{ readonly sessionId: string | null }>[];
  /** Events of one document may differ in form, as a login from a status change. */
  readonly events: readonly Stretch<RawEvent | null>[];
  readonly recordTail: readonly Stretch<true>[];
  readonly tail: readonly Stretch<true>[];
}

/** One form after the other is tried on an event. Logins, logouts and changes, with a null here and there, have fewer. */
const MOST_FORMS = 8;

/** The pattern of a document that has been parsed (bytes as text); null for a form that this does not cover. */
export function patternOf(text: string): Pattern | null {
  const tokens = tokensOf(text) ?? [];
  const records = arrayIn(tokens, 'recordcollection', 0);
  const events = arrayIn(tokens, 'agentsessionsdata', records?.begin ?? 0);
  const record = records?.items[0];
  if (!records || !events || !record || events.end > record.end) return null;
  const eventForms = formsOf(
    events.items.map((item) => tokens.slice(item.begin, item.end)),
    createEventTeller(),
  );
  if (eventForms.length > MOST_FORMS) return null;
  const form: Form = {
    head: formsOf([tokens.slice(0, records.begin)], ({ accountId }) => (found) => ({
      accountId: id(found, accountId),
    })),
    recordHead: formsOf([tokens.slice(record.begin, events.begin)], ({ sessionId }) => (found) => ({
      sessionId: id(found, sessionId),
    })),
    events: eventForms,
    recordTail: formsOf([tokens.slice(events.end, record.end)], () => () => true),
    tail: formsOf([tokens.slice(records.end)], () => () => true),
  };
  return {
    read: (begun, begin) => {
      const cursor = createCursor(begun, begin);
      const activity = readActivity(cursor, form);
      return activity && { activity, end: cursor.position() };
    },
  };
}

/** The forms among stretches, up to one too many; those that fit no pattern are left out, and so match nothing. */
function formsOf<T>(
  examples: readonly (readonly Token[])[],
  teller: (groups: Groups) => (found: RegExpExecArray) => T,
): readonly Stretch<T>[] {
  const forms: Stretch<T>[] = [];
  for (const tokens of examples) {
    if (forms.length > MOST_FORMS) break;
    const text = tokens.map((token) => token.text).join('');
    const cursor = createCursor(text, 0);
    if (cursor.take(forms) !== null && cursor.position() === text.length) continue;
    const form = createStretch(tokens, teller);
    if (form !== null) forms.push(form);
  }
  return forms;
}

function readActivity(cursor: Cursor, form: Form): Activity | null {
  const head = cursor.take(form.head);
  if (!head) return null;
  const records: ActivityRecord[] = [];
  do {
    const record = readRecord(cursor, form);
    if (!record) return null;
    records.push(record);
  } while (cursor.takeComma());
  return cursor.take(form.tail) && { accountId: head.accountId, records };
}

function readRecord(cursor: Cursor, form: Form): ActivityRecord | null {
  const head = cursor.take(form.recordHead);
  if (!head) return null;
  const events: RawEvent[] = [];
  do {
    const event = cursor.take(form.events);
    if (!event) return null;
    events.push(event);
  } while (cursor.takeComma());
  return cursor.take(form.recordTail) && { sessionId: head.sessionId, events };
}

function id(found: RegExpExecArray, group: number): string | null {
  const value = text(found, group);
  return value === null ? null : nameText(decoded(value));
}

function text(found: RegExpExecArray, group: number): string | null {
  return group === 0 ? null : (found[group] ?? null);
}

/** Tells of an event; null where a parser would refuse its list of profiles, so that one is asked. */
function createEventTeller(): (groups: Groups) => (found: RegExpExecArray) => RawEvent | null {
  const readNames = createNameReader();
  const readList = remembering(bareList);
  return (groups) => (found) => {
    const list = text(found, groups.profileIds);
    const profileIds = list === null ? null : readList(list);
    if (list !== null && profileIds === null) return null;
    const agentId = text(found, groups.agentId);
    return {
      agentId,
      timestamp: text(found, groups.timestamp),
      type: text(found, groups.type),
      state: text(found, groups.state),
      previousState: text(found, groups.previousState),
      engagements: text(found, groups.engagements),
      previousEngagements: text(found, groups.previousEngagements),
      maxEngagements: text(found, groups.maxEngagements),
      groupId: text(found, groups.groupId),
      profileIds,
      names: readNames(
        agentId,
        text(found, groups.loginName),
        text(found, groups.nickname),
        text(found, groups.userName),
      ),
    };
  };
}

/** Integers divided by commas, without the space between; null where a parser would refuse them. */
function bareList(list: string): string | null {
  if (list.trim() === '') return '';
  // One expression for all of them would take from the engine's stack for every item.
  const items = list.split(',').map((item) => item.trim());
  return items.every((item) => /^(?:-?[1-9]\d*|0)$/.test(item)) ? items.join() : null;
}
