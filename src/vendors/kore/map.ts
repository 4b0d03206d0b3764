import type { DiscoveredAgent } from '../../domain/agent.ts';
import type { Instant } from '../../domain/clock.ts';
import type { AgentStatus, StatusPeriod } from '../../domain/status-period.ts';
import { isCivilDate, parseCivilTime } from '../../domain/time.ts';
import type { AgentRecord, StatusRecord } from './wire.ts';

/** A status period in its cached form: plain JSON, and small, because there are many. */
export type StoredPeriod = readonly [
  start: Instant,
  end: Instant | null,
  isOngoing: boolean | null,
  primary: string,
  secondary: string | null,
];

/** A period, and when the request that reported it was sent. */
export interface ObservedPeriod {
  readonly period: StoredPeriod;
  readonly observedAt: Instant;
}

/** An agent's periods according to one record of the response. */
export interface AgentDetails {
  readonly periods: readonly StoredPeriod[];
  /** The number of status records that could not be read. */
  readonly unreadable: number;
}

/** A missing `status` means no periods: the vendor leaves the key out for agents without any. */
export function toAgentDetails(agent: AgentRecord): AgentDetails {
  const records = agent.status ?? [];
  const periods: StoredPeriod[] = [];
  for (const record of records) {
    const period = record && parsePeriod(record);
    if (period) periods.push(period);
  }
  return { periods, unreadable: records.length - periods.length };
}

/**
 * Null when one of its times cannot be read. The end `-` means that the period is ongoing; without a value, nothing is known of
 * its end. `duration` is ignored: it may differ from end − start by a second.
 */
export function parsePeriod(record: StatusRecord): StoredPeriod | null {
  const start = parseInstant(record.startTime);
  if (start === null) return null;
  const { primaryStatus } = record;
  const label = trimToNull(record.secondaryStatus);
  const endText = record.endTime?.trim() ?? '';
  if (endText === '-') return [start, null, true, primaryStatus, label];
  if (endText === '') return [start, null, null, primaryStatus, label];
  const end = parseInstant(endText);
  return end === null ? null : [start, end, false, primaryStatus, label];
}

/**
 * Times have no zone. They are UTC because every request has `timeZoneOffSet` 0: whether the vendor returns times in UTC or
 * in the requested zone, the two are then the same. A zone is respected if one is ever sent, with or without its colon.
 * Seconds may be missing: no document promises them.
 */
export function parseInstant(text: string): Instant | null {
  return parseCivilTime(text) ?? parseOtherTime(text);
}

function parseOtherTime(text: string): Instant | null {
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:(Z)|([+-]\d{2}):?(\d{2}))?$/.exec(
    text.trim(),
  );
  const [, date = '', time = '', , hours, minutes] = parts ?? [];
  if (!isCivilDate(date)) return null;
  const at = Date.parse(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(at) ? null : at;
}

const KNOWN_STATUSES: ReadonlySet<string> = new Set<AgentStatus>(['AVAILABLE', 'BUSY', 'AWAY', 'OFFLINE']);

/** Kore's four types in any case (other endpoints of the vendor write `Available`); anything else is UNKNOWN. */
export function toAgentStatus(primaryStatus: string): AgentStatus {
  // The usual case.
  if (KNOWN_STATUSES.has(primaryStatus)) return primaryStatus as AgentStatus;
  const status = primaryStatus.trim().toUpperCase();
  return KNOWN_STATUSES.has(status) ? (status as AgentStatus) : 'UNKNOWN';
}

export function toStatusPeriod({ period, observedAt }: ObservedPeriod, account: string, ref: string): StatusPeriod {
  const [start, end, isOngoing, vendorStatus, label] = period;
  // Without a spread, which takes several times as long: a response has hundreds of periods.
  const status = toAgentStatus(vendorStatus);
  return { account, ref, sessionId: null, status, label, vendorStatus, start, end, isOngoing, observedAt };
}

/** Null for a record without a reference. */
export function toDiscoveredAgent(agent: AgentRecord): DiscoveredAgent | null {
  const [ref, ...aliases] = toReferences(agent);
  if (ref === undefined) return null;
  const name = [trimToNull(agent.firstName), trimToNull(agent.lastName)].filter((part) => part !== null).join(' ');
  return { ref, aliases, name: trimToNull(name), email: trimToNull(agent.email) };
}

/** The e-mail address first: it is the vendor's only filter for single agents. The userId last: it never changes. */
export function toReferences(agent: AgentRecord): readonly string[] {
  const email = trimToNull(agent.email);
  const userId = trimToNull(agent.userId);
  if (email === null) return userId === null ? [] : [userId];
  return userId === null ? [email] : [email, userId];
}

/** The userId, which identifies an agent, or else the e-mail address: these change hands. */
export function toIdentity(agent: AgentRecord): string {
  return trimToNull(agent.userId) ?? trimToNull(agent.email) ?? '';
}

/** The vendor sends unknown values as "" or leaves them out. */
function trimToNull(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}
