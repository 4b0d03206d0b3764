import type { InteractionDirection, InteractionType } from '../generated/documents.ts';
import type { SourceTrouble } from '../model/board-agent.ts';

const TYPES: Readonly<Record<InteractionType, string>> = {
  PHONE: 'call',
  CHAT: 'chat',
  EMAIL: 'e-mail',
  OTHER: 'other',
};
const DIRECTIONS: Readonly<Record<InteractionDirection, string>> = {
  INBOUND: 'inbound',
  OUTBOUND: 'outbound',
  INTERNAL: 'internal',
};

/** What an interaction is, in words; without type and direction it is `interaction`. */
export function describeInteraction(type: InteractionType | null, direction: InteractionDirection | null): string {
  return [direction ? DIRECTIONS[direction] : '', type ? TYPES[type] : 'interaction'].filter(Boolean).join(' ');
}

/** The finer name of a status as a sentence has it: `BUSY` → busy, `Login Prep` stays. Null where it repeats the status. */
export function toFinerLabel(label: string | null, status: string): string | null {
  if (label === null || label.toUpperCase() === status) return null;
  return label === label.toUpperCase() ? label.charAt(0) + label.slice(1).toLowerCase() : label;
}

const OUTCOMES: Readonly<Record<SourceTrouble['outcome'], string>> = {
  STALE: 'shows older data',
  PARTIAL: 'parts are missing',
  FAILED: 'cannot be read',
};

/** What is wrong with a source, in words: kore-main shows older data: status 503. */
export function describeTrouble({ account, outcome, reason }: SourceTrouble): string {
  return `${account} ${OUTCOMES[outcome]}: ${reason.toLowerCase().replaceAll('_', ' ')}`;
}

/** How often an account is called, and how many more requests its quota allows, where it has one: 12 calls a minute, 148 left. */
export function describeCalls(callsLastMinute: number, requestsPerMinute: number | null): string {
  const calls = callsLastMinute === 1 ? '1 call a minute' : `${callsLastMinute} calls a minute`;
  return requestsPerMinute === null ? calls : `${calls}, ${Math.max(0, requestsPerMinute - callsLastMinute)} left`;
}

/** How a vendor writes its name, where that is not the schema's name with one capital letter. */
const SPELLINGS: Readonly<Partial<Record<string, string>>> = { KORE: 'Kore.ai', LIVEPERSON: 'LivePerson' };

export function formatVendor(vendor: string): string {
  return SPELLINGS[vendor] ?? `${vendor.slice(0, 1)}${vendor.slice(1).toLowerCase()}`;
}
