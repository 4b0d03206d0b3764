import { expect, test } from '@jest/globals';
import { setUpConfigFolder } from '../../../test/support/config-files.ts';
import { fieldOf } from './read-people.ts';

const config = setUpConfigFolder();

function load(csv: string, columns: string) {
  config.write('people.csv', csv);
  return `directory: [{ csv: people.csv, columns: { ${columns} } }]`;
}

test('reads entries of the directory', () => {
  const text = load(
    'id,first,last,kind,n\n01,Ann,Doe,,7\nbot,Bot,,Virtual,\n',
    'name: [first, last], accounts: { numbers: n }',
  );
  expect(config.loadDirectory(text).agents).toEqual([
    { id: '01', kind: 'human', name: 'Ann Doe', accounts: { numbers: '7' } },
    { id: 'bot', kind: 'virtual', name: 'Bot', accounts: {} },
  ]);
});

test('reports invalid values with their line and column', () => {
  const text = load('id,email,kind,n\na b,x,robot,\n,y@x.org,,\nc,,,x\nd,,,7\n', 'accounts: { numbers: n }');
  expect(config.errorLines(text)).toEqual([
    'people.csv:2:1: id: must be 1 to 127 letters, digits or . _ @ -: a b',
    'people.csv:2:1: kind: must be human or virtual: robot',
    'people.csv:2:1: email: must be a valid e-mail address: x',
    'people.csv:3:1: id: is missing: the id of each person is taken from here; another field can be named for it',
    'people.csv:4:1: n: must be a number: x',
  ]);
});

test('finds the field of a key', () => {
  const mapping = { id: 'a', names: [['b']], email: 'c', team: null, kind: null, accounts: new Map([['x', 'd']]) };
  const fields = [['id'], ['email'], ['team'], ['accounts', 'x'], ['accounts', 'y'], ['name']].map((path) =>
    fieldOf(mapping, path),
  );
  expect(fields).toEqual(['a', 'c', undefined, 'd', undefined, undefined]);
});
