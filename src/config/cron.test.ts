import { expect, test } from '@jest/globals';
import { createCronSchedule, findCronProblem } from './cron.ts';

function nextTimes(expression: string, timeZone: string, after: string, count: number): readonly string[] {
  const { next } = createCronSchedule(expression, timeZone);
  let at = Date.parse(after);
  return Array.from({ length: count }, () => {
    at = next(at) ?? NaN;
    return new Date(at).toISOString();
  });
}

test('follows the clock of the time zone', () => {
  expect(nextTimes('0 5 * * 1-5', 'Europe/Berlin', '2026-10-23T12:00:00Z', 2)).toEqual([
    '2026-10-26T04:00:00.000Z',
    '2026-10-27T04:00:00.000Z',
  ]);
});

test('runs a daily job once where its time comes twice, and right after a gap that has no such time', () => {
  expect(nextTimes('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
  expect(nextTimes('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
});

const NO_CRON = 'must be a cron expression of five fields, such as 0 5 * * * for five o’clock each day';

test.each([
  ['0 5 * * *', null],
  ['@daily', null],
  ['* * * * * *', NO_CRON],
  ['61 5 * * *', NO_CRON],
  ['0 0 31 2 *', 'is a time that never comes'],
])('the problem of %s: %s', (expression, problem) => {
  expect(findCronProblem(expression)).toBe(problem);
});
