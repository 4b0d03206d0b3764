import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, pino } from 'pino';

/** How much may wait for a reader: minutes of a busy gateway. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Where log lines go. */
export interface LogSink extends DestinationStream {
  /** Resolves when everything has gone out, or nobody will ever read it. */
  readonly flush: () => Promise<void>;
}

/**
 * Standard output for log lines. A full disk, a closed pipe and a reader who has stopped reading cost lines, never the process:
 * Node by itself would wait for that reader, with everything else.
 */
export function createStdoutSink(fd = 1): LogSink {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket() ? createPipeSink(fd) : createFileSink(fd);
}

function createPipeSink(fd: number): LogSink {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on('error', () => undefined);
  // A process with nothing left to do does not stay for its log.
  socket.unref();
  return {
    write(line) {
      if (socket.writable && socket.writableLength < MAX_BUFFERED_BYTES) socket.write(line);
    },
    flush: () =>
      new Promise((resolve) => {
        if (!socket.writable) resolve();
        else
          socket.write('', () => {
            resolve();
          });
      }),
  };
}

function createFileSink(fd: number): LogSink {
  const stream = pino.destination({ fd, sync: true });
  stream.on('error', () => undefined);
  return {
    write(line) {
      stream.write(line);
    },
    flush: () => Promise.resolve(),
  };
}
