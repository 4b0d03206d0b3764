import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { setUpConfigFolder } from '../support/config-files.ts';

const config = setUpConfigFolder();

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', name);
}
function loadFile(file: string) {
  return config.loadDirectory(`directory: [{ ${file} }]`);
}

const ANNA = {
  id: '000417',
  kind: 'human',
  name: 'Anna Müller',
  email: 'anna.mueller@example.com',
  team: 'support-de',
};
const BEN = { id: '000418', kind: 'human', name: 'Ben O"Neill', email: 'ben.oneill@example.com', team: 'support-de' };
const CHLOE = { id: '000419', kind: 'human', name: 'Chloé Durand', email: 'chloe.durand@example.com' };
const DANA = { id: '000420', kind: 'human', name: 'Dana Levi', email: 'dana.levi@example.com', team: 'support-de' };

describe('of Excel', () => {
  test.each([
    ['CSV in UTF-8', `csv: ${fixture('excel.csv')}`],
    ['CSV in the encoding of Windows', `csv: ${fixture('excel-windows-1252.csv')}, encoding: windows-1252`],
    ['text in UTF-16, with tabs', `csv: ${fixture('excel-unicode-text.txt')}`],
  ])('%s is read without naming a column', (_, file) => {
    expect(loadFile(file)).toEqual({
      agents: [ANNA, BEN, { ...CHLOE, team: 'service-clients' }, DANA].map((agent) => ({ ...agent, accounts: {} })),
      teams: [
        { id: 'service-clients', name: 'Service clients' },
        { id: 'support-de', name: 'Support DE' },
      ],
      warnings: [expect.stringContaining('4 of 4 people have no reference in an account')],
    });
  });

  test('references and a condition are taken from the columns that the configuration names', () => {
    const file = `csv: ${fixture('excel.csv')}, columns: { accounts: { numbers: LP agent, mail: Work e-mail } }, where: { Status: active }`;
    expect(loadFile(file)).toMatchObject({
      agents: [
        { ...ANNA, accounts: { numbers: '2041', mail: ANNA.email } },
        { ...BEN, accounts: { numbers: '2042' } },
        { ...DANA, accounts: { numbers: '2044' } },
      ],
      warnings: [],
    });
  });

  test('zeros at the beginning stay', () => {
    const file = `csv: ${fixture('excel.csv')}, columns: { accounts: { numbers: VCC agent } }`;
    expect(loadFile(file).agents.map(({ accounts }) => accounts)).toEqual([
      { numbers: '007' },
      { numbers: '008' },
      {},
      {},
    ]);
  });

  test('a missing encoding is reported with the line and the remedy', () => {
    expect(config.errorLines(`directory: [{ csv: ${fixture('excel-windows-1252.csv')} }]`)).toEqual([
      expect.stringMatching(/excel-windows-1252\.csv:2:1: .* name another one in `encoding`, such as windows-1252/),
    ]);
  });
});

describe('of directory servers', () => {
  test('ldapsearch: people are read without groups, folders and the outcome of the search', () => {
    const file = `ldif: ${fixture('openldap.ldif')}, attributes: { accounts: { numbers: lpAgent } }`;
    expect(loadFile(file)).toEqual({
      agents: [
        { ...ANNA, id: 'anna', accounts: { numbers: '2041' } },
        { ...BEN, id: 'ben', name: "Ben O'Neill", accounts: { numbers: '2042' } },
      ],
      teams: [{ id: 'support-de', name: 'Support DE' }],
      warnings: [],
    });
  });

  test('Active Directory: people are read without computers and disabled accounts', () => {
    const file = `ldif: ${fixture('active-directory.ldif')}, attributes: { accounts: { numbers: extensionAttribute1 } }`;
    expect(loadFile(file).agents).toEqual([
      {
        ...ANNA,
        id: 'amueller',
        name: 'Müller, Anna',
        email: 'Anna.Mueller@example.com',
        accounts: { numbers: '2041' },
      },
    ]);
  });

  test('no message quotes what is not mapped, such as a password', () => {
    const file = `ldif: ${fixture('openldap.ldif')}, attributes: { id: employeeNumber, email: cn }`;
    const lines = config.errorLines(`directory: [{ ${file} }]`);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join()).not.toMatch(/CANARY|e1N/);
  });
});

describe('of SCIM', () => {
  test.each(['scim-list-response.json', 'scim-users.jsonl'])('%s: active users are read', (name) => {
    const file = `scim: ${fixture(name)}, attributes: { accounts: { numbers: 'phoneNumbers[type eq "work"].value', mail: userName } }`;
    expect(loadFile(file).agents).toEqual([
      { ...ANNA, accounts: { numbers: '2041', mail: ANNA.email } },
      { ...BEN, name: 'Ben O’Neill', accounts: { numbers: '2042', mail: BEN.email } },
    ]);
  });
});
