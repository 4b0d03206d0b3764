import { expect, test } from '@jest/globals';
import { type FileContent, isSuspect, parseAgentRecords } from './content.ts';

const names = { at: 0, loginName: null, nickname: null, userName: null };
function createContent(flaws: Partial<FileContent['flaws']>, records?: string): FileContent {
  return {
    agents: records === undefined ? {} : { 9: { names, records } },
    logins: {},
    hasEncryptedLogins: false,
    flaws: { damage: null, foreign: 0, malformed: 0, ...flaws },
  };
}

test('parses the records of an agent, and none of an unknown agent', () => {
  const content = createContent({}, '["a","1,3,,,,,;",null,[1,"5"]]\n["b","",null,null]');
  expect([...parseAgentRecords(content, '9')]).toEqual([
    ['a', '1,3,,,,,;', null, [1, '5']],
    ['b', '', null, null],
  ]);
  expect([...parseAgentRecords(content, '10')]).toEqual([]);
  expect([...parseAgentRecords(content, 'constructor')]).toEqual([]);
});

test('suspects damaged files and files of only another account', () => {
  expect(isSuspect(createContent({ damage: 'truncated' }, ''))).toBe(true);
  expect(isSuspect(createContent({ foreign: 1 }))).toBe(true);
  expect(isSuspect(createContent({ foreign: 1 }, ''))).toBe(false);
  expect(isSuspect(createContent({ malformed: 1 }, ''))).toBe(false);
  expect(isSuspect(createContent({}))).toBe(false);
});
