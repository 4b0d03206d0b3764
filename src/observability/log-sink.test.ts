import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
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
  const clock = manualClock();
  return { written, state, socket, clock, sink: createSocketSink(socket, clock) };
}

/** As long as a line waits for others. */
const BATCH_MS = 10;

test('counts the lines that are lost while the reader does not read, and after it has gone', async () => {
  const { written, state, clock, sink } = setUp();
  sink.write('a\n');
  clock.advance(BATCH_MS);
  expect(sink.lostLines()).toBe(0);
  state.writableLength = 2 * 1024 * 1024;
  sink.write('b\n');
  sink.write('c\n');
  clock.advance(BATCH_MS);
  expect(sink.lostLines()).toBe(2);
  state.writableLength = 0;
  sink.write('d\n');
  clock.advance(BATCH_MS);
  state.writable = false;
  sink.write('e\n');
  clock.advance(BATCH_MS);
  expect(written).toEqual(['a\n', 'd\n']);
  expect(sink.lostLines()).toBe(3);
  await sink.flush();
});

test('writes the lines of some milliseconds at once, and those before a flush', async () => {
  const { written, clock, sink } = setUp();
  for (const line of ['a\n', 'b\n']) {
    sink.write(line);
    clock.advance(BATCH_MS / 2 - 1);
  }
  expect(written).toEqual([]);
  clock.advance(2);
  expect(written).toEqual(['a\nb\n']);
  sink.write('c\n');
  await sink.flush();
  expect(written.slice(1)).toEqual(['c\n', '']);
  clock.advance(BATCH_MS);
  expect(written).toHaveLength(3);
});

test('bounds what it joins', () => {
  const { written, sink } = setUp();
  const line = `${'.'.repeat(999)}\n`;
  for (let count = 0; count < 100; count += 1) sink.write(line);
  expect(written.join('').length).toBeGreaterThan(64_000);
});

test('survives an error of the socket', () => {
  const { socket, sink } = setUp();
  socket.emit('error', new Error('EPIPE'));
  sink.write('a\n');
  expect(sink.lostLines()).toBe(0);
});

describe('a process that ends at once', () => {
  const program = `
    import { createStdoutSink } from ${JSON.stringify(new URL('./log-sink.ts', import.meta.url).href)};
    createStdoutSink().write('the last line\\n');
    process.exit(3);`;
  function run(stdout: 'pipe' | number) {
    return spawnSync(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', stdout, 'pipe'] });
  }

  test('has written its lines to a pipe', () => {
    const { status, stdout } = run('pipe');
    expect([status, String(stdout)]).toEqual([3, 'the last line\n']);
  });

  test('has written its lines to a file', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'log-')), 'log');
    const fd = openSync(path, 'w');
    expect(run(fd).status).toBe(3);
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).toBe('the last line\n');
  });
});
