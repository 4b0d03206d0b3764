import type { Instant } from '../../../domain/clock.ts';
import type { RawEvent } from './activity.ts';
import type { StoredRecord, TimestampedText } from './content.ts';
import { encodeEvents, type StoredEvent } from './event-codec.ts';
import { copyString } from './latin1.ts';

/** An event whose time could be read. */
export interface TimedEvent {
  readonly at: Instant;
  readonly event: RawEvent;
}

/** Collects the events of one session that stand together in a file. */
export interface RecordBuilder {
  readonly sessionId: string;
  /** Adds events and keeps nothing of the file's text; returns the length of the record in characters. */
  readonly add: (events: readonly TimedEvent[]) => number;
  /** The record as JSON; null without an event. */
  readonly toJson: () => string | null;
}

export function createRecordBuilder(sessionId: string): RecordBuilder {
  const encoded: string[] = [];
  let length = 0;
  let previousAt = 0;
  let group: TimestampedText | null = null;
  let profiles: TimestampedText | null = null;
  return {
    sessionId,
    add: (events) => {
      for (const { at, event } of events) {
        const { groupId, profileIds } = event;
        // −1 stands for "no group".
        if (groupId?.startsWith('-') === false) group = laterText(group, at, groupId);
        if (profileIds !== null && profileIds !== '') profiles = laterText(profiles, at, profileIds);
      }
      const text = encodeEvents(events.map(toStoredEvent), previousAt);
      previousAt = events.at(-1)?.at ?? previousAt;
      if (text !== '') encoded.push(copyString(text));
      length += text.length;
      return length;
    },
    toJson: () => {
      const record: StoredRecord = [sessionId, encoded.join(''), group, profiles];
      return length === 0 ? null : JSON.stringify(record);
    },
  };
}

function toStoredEvent({ at, event }: TimedEvent): StoredEvent {
  const { type, state, previousState, engagements, previousEngagements, maxEngagements } = event;
  return { at, type, state, previousState, engagements, previousEngagements, maxEngagements };
}

/** The text with the later time. At the same time the greater one, so that the order of events does not matter. */
function laterText(current: TimestampedText | null, at: Instant, text: string): TimestampedText {
  if (current !== null && (at < current[0] || (at === current[0] && text <= current[1]))) return current;
  return [at, text === current?.[1] ? current[1] : copyString(text)];
}
