import type { AgentStatus } from '../generated/documents.ts';

/** All statuses, as tiles and groups show them: who can take work first. */
export const STATUSES: readonly AgentStatus[] = ['AVAILABLE', 'BUSY', 'AWAY', 'OFFLINE', 'UNKNOWN'];

/** The same as text. */
export const STATUS_NAMES: Readonly<Record<AgentStatus, string>> = {
  AVAILABLE: 'Available',
  BUSY: 'Busy',
  AWAY: 'Away',
  OFFLINE: 'Offline',
  UNKNOWN: 'Unknown',
};

/** In lists, those who are not known stand before those who are not there. */
export const GROUP_ORDER: readonly AgentStatus[] = ['AVAILABLE', 'BUSY', 'AWAY', 'UNKNOWN', 'OFFLINE'];
