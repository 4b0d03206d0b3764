import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { setUpConfigFolder } from '../../../test/support/config-files.ts';
import { inspectConfig } from '../load.ts';
import { loadDirectoryFiles } from './load-directory-files.ts';

const config = setUpConfigFolder();

test('adds the agents and teams of all files after those of the configuration', () => {
  config.write('a.csv', 'id,team,numbers\n1,Support,7\n2,Sales,8\n');
  config.write('b.json', '[{ "id": "3", "emails": [{ "value": "c@x.org" }] }]');
  const text = `agents: [{ id: own, kind: virtual }]
teams: [{ id: s, name: Support }]
directory: [{ csv: a.csv }, { scim: b.json }]`;
  expect(config.loadDirectory(text)).toEqual({
    agents: [
      { id: 'own', kind: 'virtual', accounts: {} },
      { id: '1', kind: 'human', team: 's', accounts: { numbers: '7' } },
      { id: '2', kind: 'human', team: 'sales', accounts: { numbers: '8' } },
      { id: '3', kind: 'human', email: 'c@x.org', accounts: {} },
    ],
    teams: [
      { id: 's', name: 'Support' },
      { id: 'sales', name: 'Sales' },
    ],
    warnings: [
      'test.yaml:4:29: warning: directory[1]: 1 of 1 people have no reference in an account; discovery finds them by e-mail address alone',
    ],
  });
});

describe('reports', () => {
  test('the same id, reference and address in two places, once for two people, with both places', () => {
    config.write('a.csv', 'id,email,numbers\n1,a@x.org,1\n2,b@x.org,2\n3,,09\n');
    config.write('b.csv', 'id,email,numbers\n1,a@x.org,1\n4,B@X.org,4\n5,,9\n6,own@x.org,6\n7,,10\n');
    const text = `agents:
  - { id: own, kind: human, accounts: { mail: own@x.org, numbers: "10" } }
directory: [{ csv: a.csv }, { csv: b.csv }]`;
    expect(config.errorLines(text)).toEqual([
      'b.csv:2:1: id: is the same id as in a.csv:2: 1',
      'b.csv:3:1: email: is the same e-mail address as in a.csv:3: B@X.org',
      'b.csv:4:1: numbers: is the same reference as in a.csv:4: 9',
      'b.csv:5:1: email: is the same e-mail address as in agents[0] (test.yaml:3): own@x.org',
      'b.csv:6:1: numbers: is the same reference as in agents[0] (test.yaml:3): 10',
    ]);
  });

  test('an unknown team where none may be created, with its line', () => {
    config.write('a.csv', 'id,team\n1,Support D\n');
    const text = 'teams: [{ id: s, name: Support }]\ndirectory: [{ csv: a.csv, createTeams: false }]';
    expect(config.errorLines(text)).toEqual([
      'a.csv:2:1: team: is not the id or the name of a configured team: Support D; did you mean Support?',
    ]);
  });

  test('the first errors of a file, and how many more there are', () => {
    config.write('a.csv', `id\n${'a b\n'.repeat(1000)}`);
    const lines = config.errorLines('colour: red\ndirectory: [{ csv: a.csv }]');
    expect(lines).toHaveLength(52);
    expect([lines[0], lines[1], lines[50], lines[51]]).toEqual([
      expect.stringContaining('test.yaml:2:1: colour: is not a known key'),
      expect.stringContaining('a.csv:2:1: id: must be'),
      expect.stringContaining('a.csv:51:1: id: must be'),
      'a.csv:52:1: and 950 more errors in this file, from this line on',
    ]);
  });

  test('a file that cannot be read, in the configuration', () => {
    expect(config.errorLines('directory: [{ csv: gone.csv }, { ldif: . }, { scim: /dev/zero }]')).toEqual([
      expect.stringContaining('directory[0].csv: cannot be read: there is no such file: gone.csv'),
      expect.stringContaining('directory[1].ldif: cannot be read: it is a folder'),
      expect.stringContaining('directory[2].scim: is not a file: /dev/zero'),
    ]);
  });

  test('a value of the environment in no message', () => {
    config.write('a.csv', 'id,email\n1,CANARY-0815\n');
    expect(config.errorLines('directory: [{ csv: "${FILE}" }]', { FILE: 'a.csv', OTHER: 'CANARY-0815' })).toHaveLength(
      1,
    );
    const text = 'directory: [{ csv: a.csv, where: { email: "${MAIL}" } }]';
    expect(config.errorLines(text, { MAIL: 'CANARY-0815' }).join()).not.toContain('CANARY');
  });
});

test('warns of files without people', () => {
  config.write('a.csv', 'id\n');
  config.write('b.json', '[]');
  expect(config.loadDirectory('directory: [{ csv: a.csv }, { scim: b.json, attributes: { id: x } }]').warnings).toEqual(
    [
      expect.stringContaining('directory[0]: has no people: a.csv'),
      expect.stringContaining('directory[1]: has no people: b.json'),
    ],
  );
});

test('skips a file whose name is not known without the environment, and counts the people of the others', () => {
  config.write('a.csv', 'id,numbers\n1,1\n2,2\n');
  const text = 'directory: [{ csv: "${FILE}" }, { csv: a.csv }]';
  const inspection = inspectConfig({ text, file: join(config.folder(), 'test.yaml'), env: null, vendors: [] });
  expect(inspection).toMatchObject({ errors: [], people: 2, unknownValues: 1 });
});

test('lists the files, also of what is otherwise unreadable', () => {
  const loaded = loadDirectoryFiles(
    { directory: [{ csv: 'gone.csv' }, 7], accounts: 7, teams: [8] },
    '/folder',
    new Set(),
  );
  expect(loaded.files).toEqual(['/folder/gone.csv']);
  for (const raw of [null, 7, {}, { directory: 7 }]) {
    expect(loadDirectoryFiles(raw, '/folder', new Set())).toMatchObject({ people: [], issues: [], files: [] });
  }
});
