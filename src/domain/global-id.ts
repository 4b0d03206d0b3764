import type { Instant } from './clock.ts';
import { fnv1a } from './fnv1a.ts';
import type { Interaction } from './interaction.ts';
import { hashOfReference } from './reference-hash.ts';
import { firstEventAt, type Session } from './session.ts';
import { decodePeriodId, encodePeriodId, hasShortId, type PeriodAddress } from './status-period-id.ts';
import type { StatusPeriod } from './status-period.ts';
import { DAY } from './time.ts';

/**
 * Global ids: opaque to callers, equal in every process, and sufficient to refetch the node from the vendor. An id is the
 * base64url encoding of its parts, one per line. References have no control characters, so the encoding is unambiguous. Only the id of a
 * status period is shorter: it has a hash of the agent's reference, which the directory resolves.
 */
export type DecodedGlobalId =
  | { readonly type: 'Agent'; readonly key: string }
  | { readonly type: 'AgentByEmail'; readonly email: string }
  | { readonly type: 'AgentByAccount'; readonly account: string; readonly ref: string }
  | (PeriodAddress & { readonly type: 'StatusPeriodByHash' })
  | {
      /** One that starts when no short id can express it; also what version 0.1.0 has given every period. */
      readonly type: 'StatusPeriod';
      readonly account: string;
      readonly ref: string;
      readonly start: Instant;
      /** Distinguishes periods with the same start. */
      readonly fingerprint: string;
    }
  | {
      readonly type: 'Session';
      readonly account: string;
      readonly ref: string;
      readonly vendorSessionId: string;
      /** The UTC day of its first event, as the number of days since 1970: the day to refetch. */
      readonly day: number;
    }
  | {
      readonly type: 'Interaction';
      readonly account: string;
      readonly ref: string;
      readonly guid: string;
      readonly start: Instant;
    };

export function agentId(key: string): string {
  return encodeParts(['A', key]);
}
export function agentIdByEmail(email: string): string {
  return encodeParts(['E', email.toLowerCase()]);
}
export function agentIdByAccount(account: string, ref: string): string {
  return encodeParts(['R', account, ref]);
}

export function statusPeriodId(period: StatusPeriod, hashReference = hashOfReference): string {
  const { start } = period;
  if (hasShortId(period)) return encodePeriodId({ start, referenceHash: hashReference(period) }, hashOfNames(period));
  return encodeParts(['P', period.account, period.ref, period.start.toString(36), fingerprintOf(period)]);
}

export function sessionId(session: Session): string {
  const day = Math.floor(firstEventAt(session) / DAY);
  return encodeParts(['S', session.account, session.ref, session.vendorSessionId, day.toString(36)]);
}

export function interactionId(interaction: Interaction): string {
  return encodeParts(['I', interaction.account, interaction.ref, interaction.guid, interaction.start.toString(36)]);
}

/** Returns a short hash (FNV-1a) of what, besides its start, distinguishes a period from others of the agent. */
export function fingerprintOf(period: StatusPeriod): string {
  return hashOfNames(period).toString(36);
}

function hashOfNames(period: StatusPeriod): number {
  // Part by part: one text of all would have to be made first.
  const hash = fnv1a(period.label ?? '', fnv1a('\n', fnv1a(period.vendorStatus)));
  return fnv1a(period.sessionId ?? '', fnv1a('\n', hash)) >>> 0;
}

/** Decodes a global id; null for any text that is not one. Does not check whether the node exists. */
export function decodeGlobalId(id: string): DecodedGlobalId | null {
  const period = decodePeriodId(id);
  if (period) return { type: 'StatusPeriodByHash', ...period };
  const parts = Buffer.from(id, 'base64url').toString().split('\n');
  // Several base64 texts decode to the same bytes; only the canonical one is an id.
  if (encodeParts(parts) !== id) return null;
  const [tag, a = '', b = '', c = '', d = ''] = parts;
  if (a === '') return null;
  if (parts.length === 2) {
    if (tag === 'A') return { type: 'Agent', key: a };
    if (tag === 'E' && a === a.toLowerCase()) return { type: 'AgentByEmail', email: a };
  }
  if (b === '') return null;
  if (parts.length === 3 && tag === 'R') return { type: 'AgentByAccount', account: a, ref: b };
  if (parts.length !== 5 || c === '') return null;
  const number = tag === 'S' ? parseBase36(d, LAST_INSTANT / DAY) : parseBase36(tag === 'P' ? c : d, LAST_INSTANT);
  if (number === null) return null;
  if (tag === 'P' && parseBase36(d, MAX_FINGERPRINT) !== null) {
    return { type: 'StatusPeriod', account: a, ref: b, start: number, fingerprint: d };
  }
  if (tag === 'S') return { type: 'Session', account: a, ref: b, vendorSessionId: c, day: number };
  return tag === 'I' ? { type: 'Interaction', account: a, ref: b, guid: c, start: number } : null;
}

/** The end of the last four-digit year: no vendor request can express a later instant. */
const LAST_INSTANT = Date.UTC(10_000, 0) - 1;

/** A fingerprint is a 32-bit number. */
const MAX_FINGERPRINT = 2 ** 32 - 1;

function parseBase36(text: string, max: number): number | null {
  const number = Number.parseInt(text, 36);
  return number.toString(36) === text && number >= 0 && number <= max ? number : null;
}

function encodeParts(parts: readonly string[]): string {
  return Buffer.from(parts.join('\n')).toString('base64url');
}
