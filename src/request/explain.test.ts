import { expect, test } from '@jest/globals';
import { parseExplainHeader } from './explain.ts';

test.each([
  [undefined, null],
  ['', null],
  ['plan', 'plan'],
  [' Trace ', 'trace'],
  ['everything', undefined],
])('parses the Switchboard-Explain header %j as %j', (header, expected) => {
  expect(parseExplainHeader(header)).toBe(expected);
});
