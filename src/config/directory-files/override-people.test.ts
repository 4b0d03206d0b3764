import { expect, test } from '@jest/globals';
import { setUpConfigFolder } from '../../../test/support/config-files.ts';
import { withoutOverriddenPeople } from './override-people.ts';

const config = setUpConfigFolder();

function idsAndNames(agents: string) {
  config.write('people.csv', 'id,name,email\na,File A,a@x.org\nb,File B,b@x.org\nc,File C,\n');
  const loaded = config.loadDirectory(`agents: [${agents}]\ndirectory: [{ csv: people.csv }]`);
  return loaded.agents.map(({ id, name }) => `${id} ${String(name)}`);
}

test('an entry of agents takes precedence over the person with its id', () => {
  expect(idsAndNames('{ id: b, kind: human, name: Own B }')).toEqual(['b Own B', 'a File A', 'c File C']);
});

test('an entry of agents takes precedence over the person with its e-mail address, in any case', () => {
  expect(idsAndNames('{ id: z, kind: human, name: Own Z, email: B@x.org }')).toEqual([
    'z Own Z',
    'a File A',
    'c File C',
  ]);
});

test('an entry with the id of one person and the address of another is an error that names both places', () => {
  config.write('people.csv', 'id,email\na,a@x.org\nb,b@x.org\n');
  expect(
    config.errorLines('agents:\n  - { id: a, kind: human, email: b@x.org }\ndirectory: [{ csv: people.csv }]'),
  ).toEqual(['people.csv:3:1: email: is the same e-mail address as in agents[0] (test.yaml:3): b@x.org']);
});

test('keeps all people where agents is unreadable', () => {
  const people = [{ entry: { id: 'a', kind: 'human', accounts: {} } }] as unknown as Parameters<
    typeof withoutOverriddenPeople
  >[0];
  expect(withoutOverriddenPeople(people, { agents: 7 })).toEqual(people);
  expect(withoutOverriddenPeople(people, null)).toEqual(people);
});
