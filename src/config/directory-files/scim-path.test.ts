import { expect, test } from '@jest/globals';
import { createScimReader, isObject } from './scim-path.ts';

const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = {
  userName: ' anna ',
  name: { formatted: 'Anna Doe' },
  emails: [
    { type: 'home', value: 'home@x.org' },
    { type: 'work', value: 'work@x.org', primary: true },
  ],
  nickNames: ['a', 'b'],
  level: 7,
  active: false,
  [ENTERPRISE_USER]: { employeeNumber: '007', manager: { value: 'm' } },
};

test.each([
  ['userName', ['anna']],
  ['USERNAME', ['anna']],
  ['name.formatted', ['Anna Doe']],
  ['emails', ['work@x.org', 'home@x.org']],
  ['emails.value', ['work@x.org', 'home@x.org']],
  ['emails.type', ['work', 'home']],
  ['emails[type eq "home"].value', ['home@x.org']],
  ['emails[primary eq true]', ['work@x.org']],
  ['emails[type eq "other"].value', []],
  ['nickNames', ['a', 'b']],
  ['level', ['7']],
  ['active', ['false']],
  ['urn:ietf:params:scim:schemas:core:2.0:User:name.formatted', ['Anna Doe']],
  [`${ENTERPRISE_USER}:employeeNumber`, ['007']],
  [`${ENTERPRISE_USER.toLowerCase()}:employeenumber`, ['007']],
  [`${ENTERPRISE_USER}:manager.value`, ['m']],
  ['name', []],
  ['userName.value', []],
  ['toString', []],
  ['emails[type pr]', []],
  ['no path', []],
])('reads %s', (path, expected) => {
  expect(createScimReader(path)(USER)).toEqual(expected);
});

test('recognises objects', () => {
  expect([{}, [], null, 'x'].map(isObject)).toEqual([true, false, false, false]);
});
