import { ForeignDatabaseError } from './disk-database.ts';
import type { DiskErrorReason } from './ports.ts';

/** The primary result codes of SQLite: https://www.sqlite.org/rescode.html. */
const SQLITE_REASONS: Readonly<Record<number, DiskErrorReason>> = {
  5: 'busy',
  6: 'busy',
  8: 'readonly',
  10: 'io',
  11: 'damaged',
  13: 'full',
  14: 'io',
  26: 'damaged',
};

const SYSTEM_REASONS: Readonly<Record<string, DiskErrorReason>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'readonly',
  EACCES: 'readonly',
  EPERM: 'readonly',
  EIO: 'io',
  ENOENT: 'io',
  EISDIR: 'io',
};

/** Returns why an operation on the file failed; `errcode` is SQLite's, with the extended code in its higher bits. */
export function classifyDiskError(error: unknown): DiskErrorReason {
  if (error instanceof ForeignDatabaseError) return 'foreign';
  const { errcode, code } = (error ?? {}) as { readonly errcode?: unknown; readonly code?: unknown };
  if (typeof errcode === 'number') return SQLITE_REASONS[errcode & 0xff] ?? 'other';
  return (typeof code === 'string' ? SYSTEM_REASONS[code] : undefined) ?? 'other';
}
