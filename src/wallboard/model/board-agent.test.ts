import { describe, expect, test } from '@jest/globals';
import { agentNode } from '../../../test/support/board-agents.ts';
import { toBoardPeople, toTroubles } from './board-agent.ts';

const failed = { code: 'VENDOR_UNAVAILABLE', reason: 'status_503', retryAfterSeconds: null };
const times = { fetchedAt: '2026-11-20T09:30:00.000Z', freshUntil: '2026-11-20T09:30:15.000Z' };
const noTimes = { fetchedAt: null, freshUntil: null };
const { presence } = agentNode();
if (!presence) throw new Error('The fixture has a presence.');

describe('the people of an answer', () => {
  test('have the ongoing status, its start and its account, and when it was observed', () => {
    const { agents, observations } = toBoardPeople([agentNode()]);
    expect(agents).toMatchObject([
      { status: 'BUSY', label: 'On a call', since: Date.UTC(2026, 10, 20, 9), statusAccount: 'kore-main' },
    ]);
    const at = Date.UTC(2026, 10, 20, 9, 30);
    expect(observations.get('jane')).toEqual({ at, lateFrom: at + 22_500, staleFrom: at + 30_000 });
  });

  test('are offline where their account answered and reports nothing as ongoing', () => {
    const { agents } = toBoardPeople([agentNode({ presence: { ...presence, status: null } })]);
    expect(agents).toMatchObject([{ status: 'OFFLINE', since: null, label: null }]);
  });

  test('stay offline while the last answer of their account is older than usual', () => {
    const sources = [{ account: { name: 'kore-main' }, outcome: 'STALE', error: failed, ...times } as const];
    const { agents } = toBoardPeople([
      agentNode({ presence: { ...presence, status: null, complete: false, sources } }),
    ]);
    expect(agents).toMatchObject([{ status: 'OFFLINE', isIncomplete: true }]);
  });

  test('are unknown where their account could not be read, or none reports', () => {
    const sources = [{ account: { name: 'kore-main' }, outcome: 'FAILED', error: failed, ...noTimes } as const];
    const unread = agentNode({ presence: { ...presence, status: null, complete: false, sources } });
    const { agents, observations } = toBoardPeople([unread, agentNode({ id: 'joe', presence: null })]);
    expect(agents).toMatchObject([
      { status: 'UNKNOWN', label: 'not known at the moment', isIncomplete: true },
      { status: 'UNKNOWN', label: 'not reported', isIncomplete: false },
    ]);
    expect(observations.has('joe')).toBe(false);
  });

  test('are unknown, and not unreported, where the answer has an error in place of their status', () => {
    const trouble = { account: 'kore-main', outcome: 'FAILED', reason: 'status_503' } as const;
    const failures = new Map([[1, [{ field: 'presence', trouble }]]]);
    const nodes = [agentNode({ presence: null }), agentNode({ id: 'joe', presence: null })];
    expect(toBoardPeople(nodes, [], failures).agents).toMatchObject([
      { label: 'not reported', isIncomplete: false, troubles: [] },
      { status: 'UNKNOWN', label: 'not known at the moment', isIncomplete: true, troubles: [trouble] },
    ]);
  });

  test('are on the interaction that began last of those that go on', () => {
    const interaction = { id: 'i', type: 'PHONE', direction: 'INBOUND', start: '2026-11-20T09:00:00Z' } as const;
    const nodes = [
      { ...interaction, isActive: true },
      { ...interaction, type: 'CHAT', start: '2026-11-20T09:10:00Z', isActive: true } as const,
      { ...interaction, start: '2026-11-20T09:20:00Z', isActive: false },
    ];
    const { agents } = toBoardPeople([agentNode({ latestInteractions: { complete: true, nodes, sources: [] } })]);
    expect(agents[0]?.interaction).toEqual({
      type: 'CHAT',
      direction: 'INBOUND',
      start: Date.UTC(2026, 10, 20, 9, 10),
    });
  });

  test('stay the same objects while only the time of observation changes', () => {
    const before = toBoardPeople([agentNode(), agentNode({ id: 'joe' })]).agents;
    expect(toBoardPeople([agentNode(), agentNode({ id: 'joe' })], before).agents).toBe(before);
    const later = { ...presence, observedAt: '2026-11-20T09:30:15.000Z' };
    const after = toBoardPeople(
      [agentNode({ presence: later }), agentNode({ id: 'joe', presence: null })],
      before,
    ).agents;
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
});

test('troubles name each account once, and leave out what is an answer', () => {
  const source = (
    name: string,
    outcome: 'OK' | 'STALE' | 'FAILED' | 'UNSUPPORTED',
    error: typeof failed | null = null,
  ) => ({
    account: { name },
    outcome,
    error,
  });
  expect(
    toTroubles([
      source('a', 'OK'),
      source('b', 'STALE', failed),
      source('b', 'STALE', failed),
      source('c', 'UNSUPPORTED'),
      source('d', 'FAILED', { ...failed, code: 'NOT_FOUND' }),
    ]),
  ).toEqual([{ account: 'b', outcome: 'STALE', reason: 'status_503' }]);
});
