import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, pino } from 'pino';

/** The most that is buffered for a slow reader: some minutes of a busy gateway's log. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** The destination of log lines. */
export interface LogSink extends DestinationStream {
  /** Resolves when everything is written, or when the reader has gone. */
  readonly flush: () => Promise<void>;
}

/**
 * Writes log lines to standard output. A full disk, a closed pipe or a reader that stops reading loses lines, but never blocks
 * or ends the process: Node's own stream would block until the reader continues.
 */
export function createStdoutSink(fd = 1): LogSink {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket() ? createPipeSink(fd) : createFileSink(fd);
}

function createPipeSink(fd: number): LogSink {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on('error', () => undefined);
  // The log must not keep a process alive that has nothing left to do.
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
