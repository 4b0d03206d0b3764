import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, pino } from 'pino';

/** The most that is buffered for a slow reader: some minutes of a busy gateway's log. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** The destination of log lines. */
export interface LogSink extends DestinationStream {
  /** Resolves when everything is written, or when the reader has gone. */
  readonly flush: () => Promise<void>;
  /** How many lines could not be written. */
  readonly lostLines: () => number;
}

/** The part of a socket that a sink uses. */
export type SinkSocket = Pick<Socket, 'writable' | 'writableLength' | 'unref'> & {
  readonly on: (event: 'error', listener: () => void) => unknown;
  readonly write: (line: string, done?: () => void) => unknown;
};

/**
 * Writes log lines to standard output. A full disk, a closed pipe or a reader that stops reading loses lines, but never blocks
 * or ends the process: Node's own stream would block until the reader continues.
 */
export function createStdoutSink(fd = 1): LogSink {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket()
    ? createSocketSink(new Socket({ fd, readable: false, writable: true }))
    : createFileSink(fd);
}

/** Writes to a pipe or socket, and loses lines that its reader does not take in time. */
export function createSocketSink(socket: SinkSocket): LogSink {
  let lost = 0;
  socket.on('error', () => undefined);
  // The log must not keep a process alive that has nothing left to do.
  socket.unref();
  return {
    write(line) {
      if (socket.writable && socket.writableLength < MAX_BUFFERED_BYTES) socket.write(line);
      else lost += 1;
    },
    lostLines: () => lost,
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
  let lost = 0;
  // One error for each line that the disk does not take.
  stream.on('error', () => {
    lost += 1;
  });
  return {
    lostLines: () => lost,
    write(line) {
      stream.write(line);
    },
    flush: () => Promise.resolve(),
  };
}
