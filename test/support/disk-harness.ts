import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { DiskObserver } from '../../src/cache/disk-connection.ts';
import type { DiskDatabase, ListedRow } from '../../src/cache/disk-database.ts';
import type { DiskOperation } from '../../src/cache/disk-messages.ts';
import { createDiskService } from '../../src/cache/disk-service.ts';
import { DiskError, type DiskThread } from '../../src/cache/disk-thread.ts';
import type { DiskErrorReason } from '../../src/cache/ports.ts';
import type { Entry } from '../../src/cache/store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Returns paths of files in an empty folder, which is removed after each test. */
export function setUpDiskFolder(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'disk-'));
    folders.push(folder);
    return join(folder, 'cache.db');
  };
}

/** An entry that is kept on disk: fresh for a day, and final. */
export function finalEntry(value: unknown, fetchedAt: number): Entry {
  return {
    value,
    isFinal: true,
    fetchedAt,
    freshUntil: fetchedAt + DAY_MS,
    expiresAt: fetchedAt + DAY_MS + 10 * MINUTE_MS,
  };
}

/** Records what is reported, as `operation reason entries`. */
export function recordingObserver(): DiskObserver & { readonly reports: string[] } {
  const reports: string[] = [];
  return {
    reports,
    onError: (operation, reason, entries) => reports.push(`${operation} ${reason} ${entries}`),
    onMovedAside: (movedTo) => reports.push(`moved to ${movedTo}`),
  };
}

/** A thread that works in this one; operations fail, or never end, as long as the test says so. */
export function controlledThread() {
  const answer = createDiskService();
  const failures = new Map<DiskOperation, DiskErrorReason>();
  const held = new Set<DiskOperation>();
  const releases: (() => void)[] = [];
  const requests: DiskOperation[] = [];
  const thread: DiskThread = {
    async request(type, request) {
      requests.push(type);
      if (held.has(type)) await new Promise<void>((resolve) => releases.push(resolve));
      const failure = failures.get(type);
      if (failure) throw new DiskError(failure);
      const reply = answer({ id: 1, type, request });
      if ('failure' in reply) throw new DiskError(reply.failure);
      return reply.result as never;
    },
    stop: () => Promise.resolve(),
  };
  const release = () => {
    held.clear();
    for (const each of releases.splice(0)) each();
  };
  return { thread, failures, held, release, requests };
}

/** All rows of a file, or those of some keys. */
export function listDiskRows(database: DiskDatabase): readonly ListedRow[] {
  const rows: ListedRow[] = [];
  for (;;) {
    const more = database.list(rows.at(-1)?.row ?? -1);
    if (more.length === 0) return rows;
    rows.push(...more);
  }
}

export function findDiskRows(database: DiskDatabase, keys: readonly string[]): readonly ListedRow[] {
  return listDiskRows(database).filter(({ key }) => key !== null && keys.includes(key));
}
