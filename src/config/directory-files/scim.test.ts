import { describe, expect, test } from '@jest/globals';
import { parseScim } from './scim.ts';

function read(text: string, path = 'id') {
  const { records, problems } = parseScim(text);
  return { users: records.map(({ line, values }) => [line, ...values(path)]), problems };
}
const ALL = {
  users: [
    [3, 'a'],
    [6, 'b'],
  ],
  problems: [],
};

describe('parseScim', () => {
  test('reads a ListResponse, each user with its line', () => {
    expect(
      read('{ "totalResults": 2, "Resources": [\n\n{ "id": "a",\n"name": { "x": {} } },\n\n{ "id": "b" }] }'),
    ).toEqual(ALL);
  });

  test('reads a list of users', () => {
    expect(read('[\n\n{ "id": "a" },\n\n\n{ "id": "b" }]')).toEqual(ALL);
  });

  test('reads users, or lists, one on each line', () => {
    expect(read('\n\n{ "id": "a" }\n\n\n{ "Resources": [{ "id": "b" }] }\n')).toEqual(ALL);
  });

  test('reads one user, and an empty ListResponse', () => {
    expect(read('{ "id": "a" }')).toEqual({ users: [[1, 'a']], problems: [] });
    expect(read('{ "totalResults": 0 }')).toEqual({ users: [], problems: [] });
  });

  test('leaves out users that are not active, and other resources', () => {
    const resources = [
      { id: 'a', active: false },
      { id: 'b', active: 'False' },
      { id: 'c', meta: { resourceType: 'Group' } },
      { id: 'd', active: true, meta: { resourceType: 'User' } },
    ];
    expect(read(JSON.stringify(resources)).users).toEqual([[1, 'd']]);
  });

  test('reports a file with one page of several', () => {
    expect(read('{ "totalResults": 3, "Resources": [{ "id": "a" }] }').problems).toEqual([
      { line: 1, message: 'has 1 of 3 results; the file must have those of all pages' },
    ]);
    const pages = ['a', 'b'].map((id) => JSON.stringify({ totalResults: 2, Resources: [{ id }] }));
    expect(read(pages.join('\n'))).toEqual({
      users: [
        [1, 'a'],
        [2, 'b'],
      ],
      problems: [],
    });
  });

  test.each([
    ['invalid JSON', '[\n{ "id": "a" },\n{ "id": CANARY }\n]', 3, 'is not valid JSON'],
    ['an empty file', '', 1, 'is not valid JSON'],
    ['an invalid line', '{ "id": "a" }\n{ "id": CANARY }', 2, 'is not valid JSON'],
    ['what is no user', '{ "id": "a" }\n"CANARY"', 2, 'must be a user (a JSON object)'],
    ['what is no list', '7', 1, 'must be a user (a JSON object)'],
  ])('reports %s with its line, without quoting it', (_, text, line, message) => {
    expect(parseScim(text).problems).toEqual([{ line, message }]);
  });

  test('lists the paths of attributes, for suggestions', () => {
    const user = { id: 'a', name: { formatted: 'A' }, 'urn:x:User': { department: 'D' } };
    const { fields, hasField } = parseScim(JSON.stringify([user]));
    expect(fields).toEqual(['id', 'name.formatted', 'urn:x:User:department']);
    expect([hasField('name.formatted'), hasField('urn:x:user:Department'), hasField('name')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
