import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { readSchemaText } from '../../test/support/schema-text.ts';
import { TEAM_SIZE } from '../stub/company.ts';
import { toBody } from './answers.ts';
import { newWorkloads, normalize, repeatedWorkloads, uncachedWorkloads } from './workloads.ts';

const options = { day: '2026-11-20', teams: 3 };
const all = [...repeatedWorkloads(options), ...newWorkloads(options), ...uncachedWorkloads(options)];

interface Body {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

test.each(all)('$name is a valid query of the gateway', (workload) => {
  const schema = buildSchema(readSchemaText());
  const { query } = JSON.parse(toBody(workload, 7)) as Body;
  expect(validate(schema, parse(query))).toEqual([]);
});

describe('bodies', () => {
  const bodiesOf = (name: string, count: number) => {
    const workload = all.find((each) => each.name === name);
    if (!workload) throw new Error(`no workload ${name}`);
    return Array.from({ length: count }, (_, number) => toBody(workload, number));
  };

  test('of W3a are about all 50 agents', () => {
    expect(new Set(bodiesOf('W3a', TEAM_SIZE)).size).toBe(TEAM_SIZE);
  });

  test.each(['W2b1', 'W1b2', 'W2b2'])('of %s are never the same', (name) => {
    expect(new Set(bodiesOf(name, 1000)).size).toBe(1000);
  });

  test('of W2b1 differ in their variables only', () => {
    const queries = bodiesOf('W2b1', 10).map((body) => (JSON.parse(body) as Body).query);
    expect(new Set(queries).size).toBe(1);
  });

  test('of W1b1 name all agents', () => {
    const [body = ''] = bodiesOf('W1b1', 1);
    expect(new Set((JSON.parse(body) as Body).variables.emails as string[]).size).toBe(TEAM_SIZE);
  });

  test('of W1c are about one team after the other', () => {
    const teams = bodiesOf('W1c', 4).map((body) => (JSON.parse(body) as Body).variables.team);
    expect(teams).toEqual(['t1000', 't1001', 't1002', 't1000']);
  });
});

test('expect the data of the team that a request is about', () => {
  const data = uncachedWorkloads(options)[0]?.expected(1) as { readonly agents: { readonly nodes: unknown[] } };
  expect(data.agents.nodes).toHaveLength(TEAM_SIZE);
  expect(data.agents.nodes[3]).toEqual({
    name: 'Agent t1001-03',
    latestInteractions: { nodes: [{ guid: 'guid-t1001-03', start: '2026-11-20T09:53:00.000Z' }] },
  });
});

test('answers are compared without ids and numbers of aliases', () => {
  expect(normalize({ a: { id: 'x', b_x123: 1 } })).toBe('{"a":{"b":1}}');
});
