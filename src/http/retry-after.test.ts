import { expect, test } from '@jest/globals';
import { parseRetryAfter } from './retry-after.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');

test.each<[string | readonly string[] | undefined, number | null, string]>([
  ['0', 0, 'at once'],
  ['120', 120, 'seconds'],
  [' 7 ', 7, 'space around it'],
  ['007', 7, 'leading zeros'],
  [['5', '9'], 5, 'sent twice: the first'],
  ['86400', 86_400, 'a day'],
  ['86401', 86_400, 'more than a day'],
  ['99999999999', 86_400, 'what a timer could not hold'],
  ['9'.repeat(400), 86_400, 'what a number could not hold'],
  ['Fri, 20 Nov 2026 09:31:40 GMT', 100, 'a date'],
  ['Fri, 20 Nov 2026 09:29:00 GMT', 0, 'a date gone by'],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0, 'the first date of all'],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400, 'a date far away'],
  [undefined, null, 'none'],
  ['', null, 'empty'],
  ['  ', null, 'blank'],
  [[], null, 'an empty list'],
  ['-5', null, 'negative (which Date would take for a year)'],
  ['1.5', null, 'a fraction'],
  ['1e9', null, 'an exponent'],
  ['0x10', null, 'hexadecimal'],
  ['+3', null, 'a sign'],
  ['soon', null, 'a word'],
  ['12 seconds', null, 'a unit'],
  ['2026-11-20T09:31:40Z', null, 'an ISO date'],
  ['Fri, 20 Nov 2026 09:31:40 +0000', null, 'another zone'],
  ['Fri, 20 Nov 2026 09:31:40 GMT+1', null, 'a zone that only begins so'],
  ['on Fri, 20 Nov 2026 09:31:40 GMT', null, 'a word before it'],
  ['Fri, 20 Foo 2026 09:31:40 GMT', null, 'no month'],
  ['Fri, 20 Nov 2026 29:31:40 GMT', null, 'no hour'],
  ['١٢', null, 'digits of another script'],
])('%j is %j: %s', (header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});

test('part of a second is a whole one: never too early', () => {
  expect(parseRetryAfter('Fri, 20 Nov 2026 09:30:01 GMT', NOW + 1)).toBe(1);
});
