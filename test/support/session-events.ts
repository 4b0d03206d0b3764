import type { SessionPart } from '../../src/domain/build-session.ts';
import type { SessionEvent, SessionEventType } from '../../src/domain/session.ts';

export const NOON = Date.parse('2024-05-15T12:00:00Z');

export type EventSpec = readonly [
  type: SessionEventType,
  minute: number,
  state?: string,
  previous?: string,
  engagements?: number,
];

export function sessionEvent([type, minute, state = '0', previous, engagements]: EventSpec): SessionEvent {
  return {
    type,
    vendorType: type,
    at: NOON + minute * 60_000,
    status: 'UNKNOWN',
    vendorStatus: state,
    previousVendorStatus: previous ?? null,
    concurrentEngagements: engagements ?? null,
    previousConcurrentEngagements: null,
    maxConcurrentEngagements: null,
  };
}

export function sessionPart(...specs: readonly EventSpec[]): SessionPart {
  return { events: specs.map(sessionEvent), group: null, profiles: null };
}
