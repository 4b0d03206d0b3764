import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { MINUTE } from '../domain/time.ts';
import { createLimitedLog } from './limited-log.ts';

function setUp(maxKeys?: number) {
  const clock = manualClock();
  const lines: unknown[] = [];
  return { clock, lines, ...createLimitedLog(clock, (fields) => lines.push(fields), maxKeys) };
}

test('writes the first entry at once, and the others of its minute as one line with their count', () => {
  const { clock, lines, log } = setUp();
  for (let i = 0; i < 200; i += 1) log({ account: 'lp' });
  expect(lines).toEqual([{ account: 'lp', count: 1 }]);
  clock.advance(MINUTE);
  expect(lines).toEqual([
    { account: 'lp', count: 1 },
    { account: 'lp', count: 199 },
  ]);
  clock.advance(3 * MINUTE);
  expect(lines).toHaveLength(2);
});

test('counts an entry that stands for several as so many', () => {
  const { lines, log, flush } = setUp();
  log({ account: 'lp' }, 3);
  log({ account: 'lp' }, 4);
  flush();
  expect(lines).toEqual([
    { account: 'lp', count: 3 },
    { account: 'lp', count: 4 },
  ]);
});

test('keeps entries with different fields apart', () => {
  const { lines, log } = setUp();
  log({ account: 'lp', status: 500 });
  log({ account: 'lp', status: 503 });
  expect(lines).toHaveLength(2);
});

test('writes the last count when it is flushed, and nothing after that', () => {
  const { clock, lines, log, flush } = setUp();
  log({ account: 'lp' });
  log({ account: 'lp' });
  flush();
  expect(lines).toEqual([
    { account: 'lp', count: 1 },
    { account: 'lp', count: 1 },
  ]);
  clock.advance(MINUTE);
  expect(lines).toHaveLength(2);
});

test('counts a bounded number of entries separately', () => {
  const { lines, log, flush } = setUp(2);
  for (let status = 500; status < 510; status += 1) log({ status });
  flush();
  expect(lines).toEqual([
    { status: 500, count: 1 },
    { status: 501, count: 1 },
    { reason: 'overflow', count: 1 },
    { reason: 'overflow', count: 7 },
  ]);
});
