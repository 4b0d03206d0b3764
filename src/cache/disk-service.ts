import type { DiskDatabase } from './disk-database.ts';
import { classifyDiskError } from './disk-errors.ts';
import { openDiskFile, type OpenedDiskFile, replaceDiskFile } from './disk-file.ts';
import type { DiskMessage, DiskOperation, DiskReplies, DiskReply, DiskRequests } from './disk-messages.ts';

type Handlers = { readonly [Type in DiskOperation]: (request: DiskRequests[Type]) => DiskReplies[Type] };

/** Answers the messages of a disk store; each blocks this thread while it is answered. */
export function createDiskService(): (message: DiskMessage) => DiskReply {
  const handlers = createHandlers(createOpenFile());
  return ({ id, type, request }) => {
    try {
      return { id, result: (handlers[type] as (request: unknown) => DiskReplies[DiskOperation])(request) };
    } catch (error) {
      return { id, failure: classifyDiskError(error) };
    }
  };
}

function createHandlers({ open, close, database }: OpenFile): Handlers {
  return {
    open,
    read: ({ keys, maxBytes }) => database().read(keys, maxBytes),
    write({ rows, now }) {
      database().write(rows, now);
      return { use: database().use() };
    },
    list: ({ after }) => ({ rows: database().list(after) }),
    delete({ rows }) {
      database().delete(rows);
      return { use: database().use() };
    },
    tidy: ({ now }) => ({ isDone: database().tidy(now), use: database().use() }),
    close: () => {
      close();
      return null;
    },
  };
}

interface OpenFile {
  readonly open: Handlers['open'];
  /** Returns what was open. */
  readonly close: () => OpenedDiskFile | undefined;
  readonly database: () => DiskDatabase;
}

function createOpenFile(): OpenFile {
  let file: OpenedDiskFile | undefined;

  function close(): OpenedDiskFile | undefined {
    const closed = file;
    file = undefined;
    try {
      closed?.database.close();
    } catch {
      // Of a damaged file; its handle is released nevertheless.
    }
    return closed;
  }

  return {
    open({ path, maxBytes, isDamaged }) {
      const previous = close();
      file = isDamaged && previous ? replaceDiskFile(path, maxBytes, previous.inode) : openDiskFile(path, maxBytes);
      return { movedTo: file.movedTo, use: file.database.use() };
    },
    close,
    database() {
      if (!file) throw new Error('the file is not open');
      return file.database;
    },
  };
}
