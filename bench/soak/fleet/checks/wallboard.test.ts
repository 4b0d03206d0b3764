import { expect, test } from '@jest/globals';
import type { Answer } from './answer.ts';
import { contextWith, timeline, toAnswer, wallboardData } from './truthful-answers.ts';
import { checkWallboard, type WallboardAgent, type WallboardData } from './wallboard.ts';

function checksOf(data: WallboardData, changes: Partial<Answer<WallboardData>> = {}, failing: readonly string[] = []) {
  const { findings } = checkWallboard(toAnswer(data, changes), contextWith(failing), { mostAgents: 0 });
  return findings.map(({ check }) => check);
}

/** The answer with one agent changed: the first for whom the field is not null. */
function withAgent(field: 'presence' | 'latestInteractions', change: (agent: WallboardAgent) => WallboardAgent) {
  const { agents } = wallboardData();
  const index = agents.nodes.findIndex((agent) =>
    field === 'presence' ? agent.presence?.status : agent.latestInteractions?.nodes.length,
  );
  const nodes = agents.nodes.map((agent, each) => (each === index ? change(agent) : agent));
  return { index, data: { agents: { ...agents, nodes } } };
}

function withStatus(change: object): WallboardData {
  return withAgent('presence', (agent) => ({
    ...agent,
    presence: agent.presence && {
      ...agent.presence,
      status: agent.presence.status && { ...agent.presence.status, ...change },
    },
  })).data;
}

test('accepts an answer that is as the company is', () => {
  expect(checksOf(wallboardData())).toEqual([]);
});

test('finds a lost agent in a list that is complete, and not in one that is not', () => {
  const { agents } = wallboardData();
  const lost = { ...agents, nodes: agents.nodes.slice(1) };
  expect(checksOf({ agents: lost })).toEqual(['agents lost']);
  const sources = agents.sources.map((source) => ({ ...source, outcome: 'PARTIAL' }));
  expect(checksOf({ agents: { ...lost, complete: false, sources } }, {}, ['kore-main'])).toEqual([]);
});

test('finds a total that fell', () => {
  const counts = { mostAgents: 0 };
  const { agents } = wallboardData();
  const poll = (totalCount: number) =>
    checkWallboard(toAnswer({ agents: { ...agents, totalCount } }), contextWith(), counts).findings;
  expect(poll(agents.totalCount)).toEqual([]);
  expect(poll(agents.totalCount - 1).map(({ check }) => check)).toEqual(['totalCount fell']);
});

test.each([
  ['another status', { vendorStatus: 'OFFLINE' }],
  ['another start', { start: '2026-11-20T00:00:00.000Z' }],
])('finds a status that the vendor did not send: %s', (_what, change) => {
  expect(checksOf(withStatus(change))).toEqual(['status that was not sent']);
});

test('finds a missing status', () => {
  const { data } = withAgent('presence', (agent) => ({
    ...agent,
    presence: agent.presence && { ...agent.presence, status: null },
  }));
  expect(checksOf(data)).toEqual(['status that was not sent']);
});

test('finds the interactions of another agent', () => {
  const { data } = withAgent('latestInteractions', (agent) => ({
    ...agent,
    latestInteractions: agent.latestInteractions && {
      ...agent.latestInteractions,
      nodes: [{ id: 'x', guid: 'of another agent' }],
    },
  }));
  expect(checksOf(data)).toEqual(['interactions that were not sent']);
});

test.each(['presence', 'latestInteractions'] as const)('finds %s to be null without an error', (field) => {
  const { index, data } = withAgent(field, (agent) => ({ ...agent, [field]: null }));
  expect(checksOf(data)).toEqual(['null without an error']);
  const error = { message: 'down', path: ['agents', 'nodes', index, field] };
  expect(checksOf(data, { errors: [error] })).toEqual([]);
  expect(checksOf(data, { omittedErrors: 1 })).toEqual([]);
});

test('finds answers that are too old', () => {
  const later = { sentAt: Date.now(), receivedAt: Date.now() };
  const { length } = timeline.people.filter(({ refsByVendor }) => refsByVendor.kore ?? refsByVendor.vonage);
  expect(checksOf(wallboardData(), later).filter((check) => check === 'too old').length).toBeGreaterThanOrEqual(length);
});

test('reports which accounts a fault shows in', () => {
  const { data } = withAgent('presence', (agent) => ({
    ...agent,
    presence: agent.presence && {
      ...agent.presence,
      complete: false,
      sources: agent.presence.sources.map((source) => ({ ...source, outcome: 'STALE' })),
    },
  }));
  const answer = toAnswer(data, { errors: [{ message: 'x', extensions: { account: 'vcc' } }] });
  const { faultyAccounts } = checkWallboard(answer, contextWith(['kore-main']), { mostAgents: 0 });
  expect([...faultyAccounts].sort()).toEqual(['kore-main', 'vcc']);
});
