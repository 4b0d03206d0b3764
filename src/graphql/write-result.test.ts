import { expect, test } from '@jest/globals';
import { runAtOnce } from '../domain/event-loop-yielder.ts';
import { JsonText } from '../domain/json-text.ts';
import { writeResult } from './write-result.ts';

const DATA = { agents: [{ name: 'Zoë "Z"', id: null }] };

test.each([
  { data: DATA },
  { errors: undefined, data: DATA, extensions: undefined },
  { errors: [{ message: 'm' }], data: DATA, extensions: { switchboard: { vendorCalls: 1 } } },
])('writes JSON text as the value that it stands for: %j', (result) => {
  const withText = { ...result, data: new JsonText(JSON.stringify(DATA)) };
  expect(runAtOnce(writeResult(withText))).toBe(`${JSON.stringify(result)}\n`);
});

test.each([{ data: DATA }, { data: null }, { errors: [] }])('writes other results as they are: %j', (result) => {
  expect(runAtOnce(writeResult(result))).toBe(`${JSON.stringify(result)}\n`);
});
