import { expect, test } from '@jest/globals';
import type { DirectoryFileSettings, DirectoryFormat } from './directory-file-settings.ts';
import { createRecordFilter } from './record-filter.ts';

function isTaken(
  values: Readonly<Record<string, readonly string[]>>,
  format: DirectoryFormat,
  where?: DirectoryFileSettings['where'],
) {
  return createRecordFilter({ where }, format)({ line: 1, values: (field) => values[field] ?? [] });
}

test.each([
  [{ objectClass: ['top', 'inetOrgPerson'] }, true],
  [{ objectClass: ['Person'] }, true],
  [{ objectClass: ['user'] }, true],
  [{ objectClass: ['groupOfNames'] }, false],
  [{ objectClass: ['user', 'computer'] }, false],
  [{}, true],
  [{ objectClass: ['user'], userAccountControl: ['512'] }, true],
  [{ objectClass: ['user'], userAccountControl: ['66050'] }, false],
])('takes active people of LDIF: %p', (values, expected) => {
  expect(isTaken(values, 'ldif')).toBe(expected);
  expect(isTaken(values, 'csv')).toBe(true);
});

test('takes records with one of the values, whatever their case', () => {
  const where = { Status: ['active', ' On leave '], Site: 'Berlin' };
  expect(isTaken({ Status: ['x', 'ACTIVE'], Site: ['berlin'] }, 'csv', where)).toBe(true);
  expect(isTaken({ Status: ['on leave'], Site: ['Bonn'] }, 'csv', where)).toBe(false);
  expect(isTaken({ Status: [], Site: ['Berlin'] }, 'csv', where)).toBe(false);
});

test('takes a condition on the class in the place of the default', () => {
  expect(isTaken({ objectClass: ['robot'] }, 'ldif', { objectclass: 'robot' })).toBe(false);
  expect(isTaken({ objectClass: ['robot'] }, 'ldif', { objectClass: 'robot' })).toBe(true);
});
