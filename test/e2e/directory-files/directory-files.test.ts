import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, startWorld, type World } from '../../support/world.ts';

interface KnownAgent {
  readonly id: string;
  readonly email?: string;
  readonly kind: string;
}

let folder: string;
let world: World;
let gateway: Gateway;
let employee: KnownAgent & { readonly email: string };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-e2e-directory-'));
  world = await startWorld();
  const known = world.config.agents as readonly KnownAgent[];
  const [first] = known.flatMap(({ email, ...agent }) => (email === undefined ? [] : [{ ...agent, email }]));
  if (!first) throw new Error('the sandbox has no agent with an e-mail address');
  employee = first;
  writeFileSync(
    join(folder, 'people.csv'),
    `\uFEFFEmployee ID;Full name;E-mail;Department;Kore\r\n0007;Müller, Anna;${employee.email.toUpperCase()};Back Office;${employee.email}\r\n`,
  );
  writeFileSync(
    join(folder, 'people.ldif'),
    'dn: uid=ben,dc=example\nobjectClass: person\nuid: ben\ncn: Ben\nmail: ben@hr.example.com\ndepartmentNumber: back office\n',
  );
  writeFileSync(
    join(folder, 'people.json'),
    JSON.stringify({
      totalResults: 1,
      Resources: [{ id: 'carl', displayName: 'Carl', emails: [{ value: 'carl@hr.example.com' }] }],
    }),
  );
  gateway = await world.startGateway((raw) => ({
    ...raw,
    agents: [],
    teams: [],
    directory: [
      { csv: join(folder, 'people.csv'), columns: { accounts: { 'kore-main': 'Kore' } } },
      { ldif: join(folder, 'people.ldif') },
      { scim: join(folder, 'people.json') },
    ],
  }));
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

test('answers with the people of directory files, before the discovered agents', async () => {
  const { data, errors } = await gateway.query<{ agents: { nodes: readonly unknown[] } }>(
    '{ agents(first: 3) { nodes { key name email team { id name } accounts { account { name } ref } } } }',
  );
  expect(errors).toBeUndefined();
  const team = { id: 'back-office', name: 'Back Office' };
  expect(data.agents.nodes).toEqual([
    expect.objectContaining({
      key: '0007',
      name: 'Müller, Anna',
      team,
      accounts: expect.arrayContaining([{ account: { name: 'kore-main' }, ref: employee.email }]),
    }),
    { key: 'ben', name: 'Ben', email: 'ben@hr.example.com', team, accounts: [] },
    { key: 'carl', name: 'Carl', email: 'carl@hr.example.com', team: null, accounts: [] },
  ]);
});

test('finds them by key, and calls the vendors for them', async () => {
  const { data } = await gateway.query<{ agentByKey: { currentStatus: unknown } }>(
    '{ agentByKey(key: "0007") { name presence { sources { account { name } outcome } } } }',
  );
  expect(data.agentByKey).toEqual({
    name: 'Müller, Anna',
    presence: { sources: [{ account: { name: 'kore-main' }, outcome: 'OK' }] },
  });
});

test('lists their teams', async () => {
  const { data } = await gateway.query('{ teams { id name agents { totalCount } } }');
  expect(data).toEqual({ teams: [{ id: 'back-office', name: 'Back Office', agents: { totalCount: 2 } }] });
});
