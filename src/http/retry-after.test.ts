import { expect, test } from '@jest/globals';
import { parseRetryAfter } from './retry-after.ts';

const NOW = Date.parse('2026-11-20T09:30:00Z');

test.each<[string | readonly string[] | undefined, number | null, string]>([
  ['0', 0, 'zero'],
  ['120', 120, 'seconds'],
  [' 7 ', 7, 'surrounding spaces'],
  ['007', 7, 'leading zeros'],
  [['5', '9'], 5, 'sent twice: the first'],
  ['86400', 86_400, 'a day'],
  ['86401', 86_400, 'more than a day'],
  ['99999999999', 86_400, 'more than a timer holds'],
  ['9'.repeat(400), 86_400, 'more than a number holds'],
  ['Fri, 20 Nov 2026 09:31:40 GMT', 100, 'a date'],
  ['Fri, 20 Nov 2026 09:29:00 GMT', 0, 'a past date'],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0, 'the earliest date'],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400, 'a distant date'],
  [undefined, null, 'absent'],
  ['', null, 'empty'],
  ['  ', null, 'blank'],
  [[], null, 'an empty list'],
  ['-5', null, 'negative (a year to Date.parse)'],
  ['1.5', null, 'a fraction'],
  ['1e9', null, 'an exponent'],
  ['0x10', null, 'hexadecimal'],
  ['+3', null, 'a sign'],
  ['soon', null, 'a word'],
  ['12 seconds', null, 'a unit'],
  ['2026-11-20T09:31:40Z', null, 'an ISO date'],
  ['Fri, 20 Nov 2026 09:31:40 +0000', null, 'a zone other than GMT'],
  ['Fri, 20 Nov 2026 09:31:40 GMT+1', null, 'a zone that only begins with GMT'],
  ['on Fri, 20 Nov 2026 09:31:40 GMT', null, 'a word before the date'],
  ['Fri, 20 Foo 2026 09:31:40 GMT', null, 'an unknown month'],
  ['Fri, 20 Nov 2026 29:31:40 GMT', null, 'an hour out of range'],
  ['١٢', null, 'digits of another script'],
])('parses Retry-After %j as %j: %s', (header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});

test('rounds a fraction of a second up, so that no retry is too early', () => {
  expect(parseRetryAfter('Fri, 20 Nov 2026 09:30:01 GMT', NOW + 1)).toBe(1);
});
