import { expect, test } from '@jest/globals';
import { type CaptureGroups, createTokenPattern } from './token-pattern.ts';
import { tokenize } from './tokens.ts';

function createPattern(example: string) {
  const extract = (groups: CaptureGroups) => (match: RegExpExecArray) => ({
    agentId: match[groups.agentId],
    profileIds: match[groups.profileIds],
  });
  return createTokenPattern(tokenize(example) ?? [], extract);
}

function extractFrom(example: string, text: string) {
  const pattern = createPattern(example);
  const match = pattern?.expression.exec(text);
  return match ? pattern?.extract(match) : null;
}

const EXAMPLE = '{"agentID":{"long":9},"x":"a","userProfileIDs":[1, 2]}';

test('extracts the values of known fields from a text of the same form', () => {
  const text = '{"agentID":{"long":-10},"x":"b c","userProfileIDs":[ ]}';
  expect(extractFrom(EXAMPLE, text)).toEqual({ agentId: '-10', profileIds: ' ' });
});

test.each([
  ['another key', '"x"', '"y"'],
  ['a string with an escape', '"a"', '"\\n"'],
  ['a fraction', '9', '9.5'],
  ['a leading zero', '9', '09'],
  ['null for a number', '{"long":9}', 'null'],
])('does not match a text with %s', (_title, from, to) => {
  expect(extractFrom(EXAMPLE, EXAMPLE.replace(from, to))).toBeNull();
});

test.each([
  ['a string with an escape', '{"x":"\\n"}'],
  ['a fraction', '{"x":1.5}'],
  ['a field twice', '{"agentID":1,"agentID":2}'],
  ['a field of another kind', '{"agentID":"9"}'],
  ['an odd list of profiles', '{"userProfileIDs":["1"]}'],
  ['too many characters', `{${`"${'x'.repeat(64)}":1,`.repeat(2 ** 9)}"y":1}`],
])('creates no pattern from an example with %s', (_title, example) => {
  expect(createPattern(example)).toBeNull();
});
