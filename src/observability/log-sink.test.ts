import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { createSocketSink } from './log-sink.ts';

function setUp() {
  const written: string[] = [];
  const state = { writable: true, writableLength: 0 };
  const socket = Object.assign(new EventEmitter(), {
    writable: true,
    writableLength: 0,
    write: (line: string, done?: () => void) => {
      written.push(line);
      done?.();
      return true;
    },
    unref() {
      return this as never;
    },
  });
  Object.defineProperties(socket, {
    writable: { get: () => state.writable },
    writableLength: { get: () => state.writableLength },
  });
  return { written, state, socket, sink: createSocketSink(socket) };
}

test('counts the lines that are lost while the reader does not read, and after it has gone', async () => {
  const { written, state, sink } = setUp();
  sink.write('a\n');
  expect(sink.lostLines()).toBe(0);
  state.writableLength = 2 * 1024 * 1024;
  sink.write('b\n');
  sink.write('c\n');
  expect(sink.lostLines()).toBe(2);
  state.writableLength = 0;
  sink.write('d\n');
  state.writable = false;
  sink.write('e\n');
  expect(written).toEqual(['a\n', 'd\n']);
  expect(sink.lostLines()).toBe(3);
  await sink.flush();
});

test('survives an error of the socket', () => {
  const { socket, sink } = setUp();
  socket.emit('error', new Error('EPIPE'));
  sink.write('a\n');
  expect(sink.lostLines()).toBe(0);
});
