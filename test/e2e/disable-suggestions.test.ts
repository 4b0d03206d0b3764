import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, startWorld, type World } from '../support/world.ts';

const CALLERS = { reader: ['read'], developer: ['read', 'introspect'] } as const;

let world: World;
let gatewayWithoutAuth: Gateway;
let gateway: Gateway;
beforeAll(async () => {
  world = await startWorld();
  gatewayWithoutAuth = await world.startGateway();
  gateway = await world.startGateway((raw) => ({
    ...raw,
    auth: {
      apiKeys: Object.entries(CALLERS).map(([name, scopes]) => ({
        name,
        sha256: createHash('sha256').update(name).digest('hex'),
        scopes,
      })),
    },
  }));
});
afterAll(() => world.stop());

async function messageFor(target: Gateway, query: string, variables: object, caller?: keyof typeof CALLERS) {
  const headers: Record<string, string> = caller ? { authorization: `Bearer ${caller}` } : {};
  const { errors = [] } = await target.query(query, { ...variables }, headers);
  expect(errors).toHaveLength(1);
  return errors[0]?.message;
}

test.each<{ what: string; name: string; query: string; variables?: object }>([
  { what: 'a field', name: 'currentStatus', query: '{ agents { nodes { curentStatus { status } } } }' },
  { what: 'an argument', name: 'first', query: '{ agents(frist: 1) { totalCount } }' },
  { what: 'a type', name: 'AgentFilter', query: 'query ($f: AgentFilte) { agents(filter: $f) { totalCount } }' },
  { what: 'the type that has a field', name: 'Session', query: '{ node(id: "x") { vendorSessionId } }' },
  { what: 'an enum value', name: 'HUMAN', query: '{ agents(filter: {kind: HUMEN}) { totalCount } }' },
  { what: 'a field of an input', name: 'nameContains', query: '{ agents(filter: {nameContain: "x"}) { totalCount } }' },
  {
    what: 'an enum value in a variable',
    name: 'HUMAN',
    query: 'query ($f: AgentFilter) { agents(filter: $f) { totalCount } }',
    variables: { f: { kind: 'HUMEN' } },
  },
])('suggests the name of $what only to callers who may introspect', async (row) => {
  const { name, query, variables = {} } = row;
  const namePattern = new RegExp(`\\b${name}\\b`);
  expect(await messageFor(gatewayWithoutAuth, query, variables)).toMatch(namePattern);
  expect(await messageFor(gateway, query, variables, 'developer')).toMatch(namePattern);
  expect(await messageFor(gateway, query, variables, 'reader')).not.toMatch(namePattern);
});
