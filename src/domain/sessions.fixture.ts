import type { SessionEvent, SessionEventType } from './session.ts';
import type { SessionPart } from './sessions.ts';

export const noon = Date.parse('2024-05-15T12:00:00Z');

export type Sketch = readonly [
  type: SessionEventType,
  minute: number,
  state?: string,
  previous?: string,
  engagements?: number,
];

export function event([type, minute, state = '0', previous, engagements]: Sketch): SessionEvent {
  return {
    type,
    vendorType: type,
    at: noon + minute * 60_000,
    status: 'UNKNOWN',
    vendorStatus: state,
    previousVendorStatus: previous ?? null,
    concurrentEngagements: engagements ?? null,
    previousConcurrentEngagements: null,
    maxConcurrentEngagements: null,
  };
}

export function part(...sketches: readonly Sketch[]): SessionPart {
  return { events: sketches.map(event), group: null, profiles: null };
}
