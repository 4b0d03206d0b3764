import type { Instant } from './clock.ts';
import type { Interaction } from './interaction.ts';
import { type Session, firstEventAt } from './session.ts';
import type { StatusPeriod } from './status-period.ts';
import { DAY } from './time.ts';

/**
 * Global ids: opaque to callers, the same in every process, and telling enough to ask the vendor again. An id is the
 * base64url form of its parts, one a line; references hold no control characters, so no two lists of parts meet.
 */
export type NodeAddress =
  | { readonly type: 'Agent'; readonly key: string }
  | { readonly type: 'AgentByEmail'; readonly email: string }
  | { readonly type: 'AgentBySeat'; readonly account: string; readonly ref: string }
  | {
      readonly type: 'StatusPeriod';
      readonly account: string;
      readonly ref: string;
      readonly start: Instant;
      /** Tells apart periods that begin together. */
      readonly mark: string;
    }
  | {
      readonly type: 'Session';
      readonly account: string;
      readonly ref: string;
      readonly vendorSessionId: string;
      /** Where to look for it: the number, since 1970, of the UTC day of its first event. */
      readonly day: number;
    }
  | {
      readonly type: 'Interaction';
      readonly account: string;
      readonly ref: string;
      readonly guid: string;
      readonly start: Instant;
    };

export const agentId = (key: string): string => encode(['A', key]);
export const agentIdByEmail = (email: string): string => encode(['E', email.toLowerCase()]);
export const agentIdBySeat = (account: string, ref: string): string => encode(['R', account, ref]);

export function statusPeriodId(period: StatusPeriod): string {
  return encode(['P', period.account, period.ref, period.start.toString(36), markOf(period)]);
}

export function sessionId(session: Session): string {
  const day = Math.floor(firstEventAt(session) / DAY);
  return encode(['S', session.account, session.ref, session.vendorSessionId, day.toString(36)]);
}

export function interactionId(one: Interaction): string {
  return encode(['I', one.account, one.ref, one.guid, one.start.toString(36)]);
}

/** A short fingerprint of what, beside its start, tells a period from others of the same agent. */
export function markOf(period: StatusPeriod): string {
  let hash = 0x811c9dc5;
  for (const char of `${period.vendorStatus}\n${period.label ?? ''}\n${period.sessionId ?? ''}`) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

/** What an id stands for; null for a text that is no id of ours. Says nothing about whether the node exists. */
export function readGlobalId(id: string): NodeAddress | null {
  const parts = Buffer.from(id, 'base64url').toString().split('\n');
  // Base64 has several spellings of the same bytes; only our own counts.
  if (encode(parts) !== id) return null;
  const [kind, a = '', b = '', c = '', d = ''] = parts;
  if (a === '') return null;
  if (parts.length === 2) {
    if (kind === 'A') return { type: 'Agent', key: a };
    if (kind === 'E' && a === a.toLowerCase()) return { type: 'AgentByEmail', email: a };
  }
  if (b === '') return null;
  if (parts.length === 3 && kind === 'R') return { type: 'AgentBySeat', account: a, ref: b };
  if (parts.length !== 5 || c === '') return null;
  const number = kind === 'S' ? readNumber(d, LAST_INSTANT / DAY) : readNumber(kind === 'P' ? c : d, LAST_INSTANT);
  if (number === null) return null;
  if (kind === 'P' && readNumber(d, MOST_MARK) !== null) {
    return { type: 'StatusPeriod', account: a, ref: b, start: number, mark: d };
  }
  if (kind === 'S') return { type: 'Session', account: a, ref: b, vendorSessionId: c, day: number };
  return kind === 'I' ? { type: 'Interaction', account: a, ref: b, guid: c, start: number } : null;
}

/** The end of the last year with four digits: no vendor could be asked about what lies behind it. */
const LAST_INSTANT = Date.UTC(10_000, 0) - 1;

/** A mark is a number of 32 bits. */
const MOST_MARK = 2 ** 32 - 1;

function readNumber(text: string, most: number): number | null {
  const number = Number.parseInt(text, 36);
  return number.toString(36) === text && number >= 0 && number <= most ? number : null;
}

function encode(parts: readonly string[]): string {
  return Buffer.from(parts.join('\n')).toString('base64url');
}
