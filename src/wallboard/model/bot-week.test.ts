import { expect, test } from '@jest/globals';
import { axisEnd, botVariables, lastDays, toBotWeeks, totalOf } from './bot-week.ts';

test('the last seven days are those of the time zone, and none is skipped where the clock changes', () => {
  // 2026-03-29 02:00 is the start of summer time in Berlin; there it is already the 31st.
  const now = Date.UTC(2026, 2, 30, 22, 30);
  expect(lastDays(now, 'Europe/Berlin')).toEqual([
    '2026-03-25',
    '2026-03-26',
    '2026-03-27',
    '2026-03-28',
    '2026-03-29',
    '2026-03-30',
    '2026-03-31',
  ]);
  expect(lastDays(now, 'UTC').at(-1)).toBe('2026-03-30');
});

test('asks for each day alone', () => {
  const { day1, day7 } = botVariables(lastDays(Date.UTC(2026, 10, 20), 'UTC'), 'UTC');
  expect([day1, day7]).toEqual([
    { from: '2026-11-14', to: '2026-11-14', timeZone: 'UTC' },
    { from: '2026-11-20', to: '2026-11-20', timeZone: 'UTC' },
  ]);
});

test('a day that could not be read is not zero, and does not count', () => {
  const day = { complete: true, current: { messagesCount: 10, interventionsCount: 1, successRate: 90 } };
  const bot = { id: 'b', name: null, day1: day, day2: day, day3: null, day4: null, day5: null, day6: null, day7: null };
  const dates = lastDays(Date.UTC(2026, 10, 20), 'UTC');
  const [week] = toBotWeeks({ agents: { totalCount: 1, nodes: [bot] } }, dates);
  expect(week?.name).toBe('Bot without a name');
  expect(week?.days[0]).toEqual({
    date: '2026-11-14',
    messages: 10,
    interventions: 1,
    successRate: 90,
    isComplete: true,
  });
  expect(week?.days[2]).toMatchObject({ messages: null, isComplete: false });
  expect(totalOf(week?.days ?? [], 'messages')).toBe(20);
});

test.each([
  [[0, null], 1],
  [[7, 3], 10],
  [[1400], 2000],
  [[2001], 5000],
])('an axis for %j ends at %i', (values, end) => {
  expect(axisEnd(values)).toBe(end);
});
