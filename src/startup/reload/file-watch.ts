import { watch as watchFolder } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readFileVersion } from '../../config/file-version.ts';
import type { Clock } from '../../domain/clock.ts';
import { SECOND } from '../../domain/time.ts';

/** Without any notification, as on network file systems. */
const POLL_INTERVAL_MS = 10 * SECOND;
/** A change is complete once the files are the same for this long: editors and deployments write them in steps. */
const SETTLE_MS = 250;

export interface FileWatchOptions {
  readonly clock: Clock;
  /** Called once the files have changed, and are the same for a moment. */
  readonly onChange: () => void;
  /** Returns a text that changes with a file; `readFileVersion` by default. */
  readonly readVersion?: (file: string) => Promise<string>;
  /** Calls back with every event in a folder, until the result is called; Node's by default. */
  readonly watch?: (folder: string, onEvent: () => void) => () => void;
}

/** Watches files for changes of what they contain. */
export interface FileWatch {
  /** Replaces the files to watch. Those that are watched already keep the version that was noticed last. */
  readonly setFiles: (files: readonly string[]) => Promise<void>;
  readonly close: () => void;
}

/**
 * Watches the folders of the files: editors replace files instead of writing them, and Kubernetes replaces a link to a folder
 * beside the files. What an event says differs between systems, so that each makes the files be looked at. They are also looked at regularly.
 */
export function createFileWatch(options: FileWatchOptions): FileWatch {
  const { clock, onChange, readVersion = readFileVersion, watch = watchEvents } = options;
  /** By file. */
  let versions = new Map<string, string>();
  let unsettled: string | null = null;
  let stopWatching: (() => void)[] = [];
  let cancelLook: (() => void) | null = null;
  let isClosed = false;

  function lookSoon(): void {
    if (isClosed) return;
    cancelLook ??= clock.setTimer(SETTLE_MS, () => {
      cancelLook = null;
      void look();
    });
  }

  async function look(): Promise<void> {
    const current = await readVersions([...versions.keys()], readVersion);
    const text = formatVersions(current);
    if (isClosed || text === formatVersions(versions)) {
      unsettled = null;
    } else if (text === unsettled) {
      unsettled = null;
      versions = current;
      onChange();
    } else {
      unsettled = text;
      lookSoon();
    }
  }

  function poll(): () => void {
    return clock.setTimer(POLL_INTERVAL_MS, () => {
      cancelPoll = poll();
      lookSoon();
    });
  }
  let cancelPoll = poll();

  return {
    setFiles: async (files) => {
      const [current, folders] = await Promise.all([readVersions(files, readVersion), findFolders(files)]);
      if (isClosed) return;
      versions = new Map([...current].map(([file, version]) => [file, versions.get(file) ?? version]));
      for (const stop of stopWatching) stop();
      stopWatching = folders.map((folder) => watch(folder, lookSoon));
      // Something may have changed before the folders were watched.
      lookSoon();
    },
    close: () => {
      isClosed = true;
      cancelPoll();
      cancelLook?.();
      for (const stop of stopWatching) stop();
    },
  };
}

async function readVersions(
  files: readonly string[],
  readVersion: (file: string) => Promise<string>,
): Promise<Map<string, string>> {
  return new Map(await Promise.all(files.map(async (file) => [file, await readVersion(file)] as const)));
}

function formatVersions(versions: ReadonlyMap<string, string>): string {
  return JSON.stringify([...versions].toSorted());
}

/** The folders of files, and of those that they are links to. */
async function findFolders(files: readonly string[]): Promise<readonly string[]> {
  const targets = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
  return [...new Set([...files, ...targets].map((file) => dirname(file)))];
}

function watchEvents(folder: string, onEvent: () => void): () => void {
  try {
    const watcher = watchFolder(folder, { persistent: false }, onEvent);
    // The folder is gone; the files are looked at regularly.
    watcher.on('error', () => {
      watcher.close();
    });
    return () => {
      watcher.close();
    };
  } catch {
    // A folder that does not exist, or one too many for the system.
    return () => undefined;
  }
}
