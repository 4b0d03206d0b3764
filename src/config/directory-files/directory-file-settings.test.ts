import { expect, test } from '@jest/globals';
import { setUpConfigFolder } from '../../../test/support/config-files.ts';

const config = setUpConfigFolder();

test.each([
  ['no file', '{ columns: { id: a } }', 'directory[0]: must have one of csv, ldif and scim'],
  ['two files', '{ csv: a.csv, scim: b.json }', 'directory[0]: must have one of csv, ldif and scim'],
  [
    'an unknown key, with the one that is probably meant',
    '{ csv: a.csv, column: {} }',
    'directory[0].column: is not a known key; did you mean columns?',
  ],
  [
    'columns of LDIF',
    '{ ldif: a, columns: { id: a } }',
    'directory[0].columns: is not a key of ldif files; write attributes',
  ],
  [
    'attributes of CSV',
    '{ csv: a, attributes: { id: a } }',
    'directory[0].attributes: is not a key of csv files; write columns',
  ],
  ['a delimiter of SCIM', '{ scim: a, delimiter: "," }', 'directory[0].delimiter: is not a key of scim files'],
  ['a delimiter of two characters', '{ csv: a, delimiter: ", " }', 'directory[0].delimiter: must be one character'],
  ['an unknown encoding', '{ csv: a, encoding: utf-9 }', 'directory[0].encoding: is not a known encoding: utf-9'],
  [
    'a name of no kind',
    '{ csv: a, columns: { name: 7 } }',
    'directory[0].columns.name: must name a field, or list several',
  ],
  [
    'an unknown key of a mapping',
    '{ csv: a, columns: { mail: a } }',
    'directory[0].columns.mail: is not a known key; did you mean email?',
  ],
])('rejects %s', (_, entry, expected) => {
  const [error, ...others] = config
    .errorLines(`directory: [${entry}]`)
    .filter((line) => !line.includes('cannot be read'));
  expect(error).toContain(expected);
  expect(others).toEqual([]);
});
