import type { Instant } from '../../../domain/clock.ts';

/**
 * An event as it is stored: a time, and the vendor's whole numbers as their digits, because a number of 64 bits does not fit
 * a double. Null stands for a number that the vendor did not send.
 */
export interface StoredEvent {
  readonly at: Instant;
  readonly type: string | null;
  readonly state: string | null;
  readonly previousState: string | null;
  readonly engagements: string | null;
  readonly previousEngagements: string | null;
  readonly maxEngagements: string | null;
}

const FIELD_SEPARATOR = ',';
const EVENT_TERMINATOR = ';';

/**
 * Encodes events as text, some 27 bytes each: a file holds too many for objects.
 *
 * Every event is seven fields separated by commas and a semicolon: the milliseconds since the event before (since 1970 for the
 * first), type, state, previous state, engagements, previous engagements, and the maximum of engagements. A null is an empty
 * field. So two encodings can be concatenated if the second starts from the time of the last event of the first:
 * `previousAt`.
 */
export function encodeEvents(events: readonly StoredEvent[], previousAt: Instant = 0): string {
  let encoded = '';
  let last = previousAt;
  for (const event of events) {
    encoded += encodeEvent(event, event.at - last);
    last = event.at;
  }
  return encoded;
}

function encodeEvent(event: StoredEvent, elapsedMs: number): string {
  const { type, state, previousState, engagements, previousEngagements, maxEngagements } = event;
  const codes = `${elapsedMs},${type ?? ''},${state ?? ''},${previousState ?? ''}`;
  return `${codes},${engagements ?? ''},${previousEngagements ?? ''},${maxEngagements ?? ''};`;
}

/** Decodes what `encodeEvents` returned. */
export function decodeEvents(encoded: string): readonly StoredEvent[] {
  let last = 0;
  return encoded
    .split(EVENT_TERMINATOR)
    .slice(0, -1)
    .map((text) => {
      const event = decodeEvent(text, last);
      last = event.at;
      return event;
    });
}

function decodeEvent(text: string, previousAt: Instant): StoredEvent {
  const [elapsedMs, ...codes] = text.split(FIELD_SEPARATOR);
  const [type, state, previousState, engagements, previousEngagements, maxEngagements] = codes.map(emptyToNull);
  return {
    at: previousAt + Number(elapsedMs),
    type: type ?? null,
    state: state ?? null,
    previousState: previousState ?? null,
    engagements: engagements ?? null,
    previousEngagements: previousEngagements ?? null,
    maxEngagements: maxEngagements ?? null,
  };
}

function emptyToNull(text: string): string | null {
  return text === '' ? null : text;
}
