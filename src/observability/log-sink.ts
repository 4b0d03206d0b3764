import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, pino } from 'pino';
import { type Clock, systemClock } from '../domain/clock.ts';

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
  const sink =
    stats.isFIFO() || stats.isSocket()
      ? createSocketSink(new Socket({ fd, readable: false, writable: true }))
      : createFileSink(fd);
  // What is logged just before the process ends says why; it is written as far as that takes no wait.
  process.once('exit', () => void sink.flush());
  return sink;
}

/** Writes to a pipe or socket, and loses lines that its reader does not take in time. */
export function createSocketSink(socket: SinkSocket, clock: Pick<Clock, 'setTimer'> = systemClock): LogSink {
  let lost = 0;
  socket.on('error', () => undefined);
  // The log must not keep a process alive that has nothing left to do.
  socket.unref();
  const batch = createLineBatch(clock, (text, lines) => {
    if (socket.writable && socket.writableLength < MAX_BUFFERED_BYTES) socket.write(text);
    else lost += lines;
  });
  return {
    write: batch.add,
    lostLines: () => lost,
    flush: () =>
      new Promise((resolve) => {
        batch.writeNow();
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
  let linesOfWrite = 0;
  // One error for each write that the disk does not take.
  stream.on('error', () => {
    lost += linesOfWrite;
  });
  const batch = createLineBatch(systemClock, (text, lines) => {
    linesOfWrite = lines;
    stream.write(text);
  });
  return {
    lostLines: () => lost,
    write: batch.add,
    flush: () => {
      batch.writeNow();
      return Promise.resolve();
    },
  };
}

/** How long a line waits for others: a write costs several times as much as a line. */
const BATCH_MS = 10;
/** A batch that is written at once. */
const MAX_BATCH_LENGTH = 65_536;

/** Joins the lines of some milliseconds. */
function createLineBatch(clock: Pick<Clock, 'setTimer'>, write: (text: string, lines: number) => void) {
  let text = '';
  let lines = 0;
  function writeNow(): void {
    if (lines === 0) return;
    const [batch, count] = [text, lines];
    [text, lines] = ['', 0];
    write(batch, count);
  }
  return {
    writeNow,
    add: (line: string): void => {
      if (lines === 0) clock.setTimer(BATCH_MS, writeNow);
      text += line;
      lines += 1;
      if (text.length >= MAX_BATCH_LENGTH) writeNow();
    },
  };
}
