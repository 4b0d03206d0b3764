import { chmodSync, closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { type DiskDatabase, openDiskDatabase } from './disk-database.ts';
import { classifyDiskError } from './disk-errors.ts';

/** The file contains personal data, and so do those that SQLite creates beside it with the same mode. */
const FILE_MODE = 0o600;
/** What SQLite keeps beside a file that is in use. */
const SIDE_FILES = ['-wal', '-shm'];
const DAMAGED_SUFFIX = '.damaged';

export interface OpenedDiskFile {
  readonly database: DiskDatabase;
  /** Where a damaged file is now; null where it was in order. */
  readonly movedTo: string | null;
  /** Identifies the file, which another process may replace. */
  readonly inode: number;
}

/** Opens the file, or creates it. One that SQLite cannot read is moved aside; an earlier one of these is replaced. */
export function openDiskFile(path: string, maxBytes: number): OpenedDiskFile {
  const inode = createFile(path);
  try {
    return { database: openDiskDatabase(path, maxBytes), movedTo: null, inode };
  } catch (error) {
    // A file without our tables, or with others, has no code of its own.
    if (!['damaged', 'other'].includes(classifyDiskError(error))) throw error;
    return replaceDiskFile(path, maxBytes, inode);
  }
}

/** Moves a damaged file aside, unless another process already has, and opens a new one. */
export function replaceDiskFile(path: string, maxBytes: number, damagedInode: number): OpenedDiskFile {
  const isCurrent = createFile(path) === damagedInode;
  if (isCurrent) moveAside(path);
  const inode = createFile(path);
  return { database: openDiskDatabase(path, maxBytes), movedTo: isCurrent ? path + DAMAGED_SUFFIX : null, inode };
}

function moveAside(path: string): void {
  renameSync(path, path + DAMAGED_SUFFIX);
  for (const suffix of SIDE_FILES) rmSync(path + suffix, { force: true });
}

/** Returns the inode of the file, which is created where it is missing. */
function createFile(path: string): number {
  closeSync(openSync(path, 'a', FILE_MODE));
  chmodSync(path, FILE_MODE);
  return statSync(path).ino;
}
