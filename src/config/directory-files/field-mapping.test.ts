import { describe, expect, test } from '@jest/globals';
import { setUpConfigFolder } from '../../../test/support/config-files.ts';
import { parseCsv } from './csv.ts';
import { type MappingOptions, resolveMapping } from './field-mapping.ts';
import { parseLdif } from './ldif.ts';
import { parseScim } from './scim.ts';

const config = setUpConfigFolder();

function resolve(source: MappingOptions['source'], format: MappingOptions['format']) {
  const settings = { createTeams: true };
  const { mapping } = resolveMapping({
    settings,
    format,
    source,
    records: source.records,
    file: 'f',
    accounts: ['lp', 'x'],
    path: [],
  });
  return mapping && { ...mapping, accounts: Object.fromEntries(mapping.accounts) };
}

describe('without a mapping', () => {
  test('usual columns of CSV are found, and those with the names of accounts', () => {
    const source = parseCsv('Employee-ID,E-Mail Address,FIRST_NAME,Last name,department,lp\n1,,,,,\n');
    expect(resolve(source, 'csv')).toEqual({
      id: 'Employee-ID',
      names: [['FIRST_NAME', 'Last name']],
      email: 'E-Mail Address',
      team: 'department',
      kind: null,
      accounts: { lp: 'lp' },
    });
  });

  test('usual attributes of LDIF are found', () => {
    expect(resolve(parseLdif('dn: a\nsAMAccountName: a\ncn: A\nmail: a@x.org\nlp: 7\n'), 'ldif')).toEqual({
      id: 'sAMAccountName',
      names: [['cn']],
      email: 'mail',
      team: null,
      kind: null,
      accounts: {},
    });
  });

  test('usual attributes of SCIM are found', () => {
    const user = { id: 'a', userName: 'b', name: { givenName: 'A', familyName: 'B' }, emails: [{ value: 'a@x.org' }] };
    expect(resolve(parseScim(JSON.stringify([user])), 'scim')).toEqual({
      id: 'id',
      names: [['name.givenName', 'name.familyName']],
      email: 'emails',
      team: null,
      kind: null,
      accounts: {},
    });
  });
});

describe('reports', () => {
  test.each([
    [
      'a column that is not there, with the one that is probably meant',
      '{ csv: p.csv, columns: { email: e mail } }',
      'directory[0].columns.email: is no column of p.csv: e mail; did you mean email?',
    ],
    [
      'one of several columns of a name',
      '{ csv: p.csv, columns: { name: [first, lst] } }',
      'directory[0].columns.name: is no column of p.csv: lst; did you mean last?',
    ],
    [
      'a column of a condition',
      '{ csv: p.csv, where: { Status: x } }',
      'directory[0].where.Status: is no column of p.csv: Status',
    ],
    [
      'a column of references',
      '{ csv: p.csv, columns: { accounts: { numbers: lpp } } }',
      'directory[0].columns.accounts.numbers: is no column of p.csv: lpp',
    ],
    [
      'an account that is not configured',
      '{ csv: p.csv, columns: { accounts: { lp: last } } }',
      'directory[0].columns.accounts.lp: is not the name of a configured account',
    ],
    [
      'a name of two columns',
      '{ csv: p.csv, columns: { team: x } }',
      'directory[0]: several columns of p.csv have the name: x',
    ],
    [
      'an attribute that no entry has',
      '{ ldif: p.ldif, attributes: { email: Mali } }',
      'directory[0].attributes.email: is no attribute of p.ldif: Mali; did you mean mail?',
    ],
    [
      'a file without a usual id',
      '{ csv: addresses.csv }',
      'directory[0]: no column is known to have people’s ids: name it as columns.id: addresses.csv',
    ],
  ])('%s', (_, entry, expected) => {
    config.write('p.csv', 'id,email,first,last,x,x\n1,a@x.org,A,B,1,2\n');
    config.write('p.ldif', 'dn: a\nuid: a\nmail: a@x.org\n');
    config.write('addresses.csv', 'email\na@x.org\n');
    expect(config.errorLines(`directory:\n  - ${entry}`)).toEqual([expect.stringMatching(/^test\.yaml:3:\d+: /)]);
    expect(config.errorLines(`directory:\n  - ${entry}`)[0]).toContain(expected);
  });
});
