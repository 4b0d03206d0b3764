import { expect, test } from '@jest/globals';
import { directoryEntry } from '../../test/support/directory-fixtures.ts';
import { setUpPlanning } from '../../test/support/planning-harness.ts';
import type { Agent } from '../domain/agent.ts';
import { candidatesByEmail, mergeCandidates } from './agent-candidates.ts';
import { createTargetResolver } from './target-agents.ts';

test('createTargetResolver passes on the upper bound of unlisted agents while discovery is pending', () => {
  const planning = setUpPlanning();
  const emails = ['a@x.de', 'b@x.de', 'a@x.de', 'c@x.de'];
  const candidateSets = mergeCandidates(emails.map((email) => candidatesByEmail(planning, email)));
  const targets = candidateSets.map((candidates) => createTargetResolver(planning)(candidates, 'v'));
  expect(targets).toMatchObject([{ maxAgents: 3, unlisted: 'by-email' }]);
});

test('createTargetResolver counts configured agents that discovery may link to the account', () => {
  const entries = [
    directoryEntry('linked', { accounts: { v: 'ref' } }),
    directoryEntry('potential', { email: 'a@x.de', accounts: {} }),
    directoryEntry('apart', { accounts: {} }),
  ];
  const planning = setUpPlanning(entries);
  const [linked, potential, apart] = planning.configured.agents;
  const target = (agents: readonly (Agent | undefined)[], maxAgents: number) => {
    const listed = agents.filter((agent) => agent !== undefined);
    const candidates = { key: 'k', resolvedBy: 'discovery', agents: listed, maxAgents, unlisted: 'none' } as const;
    return createTargetResolver(planning)(candidates, 'v');
  };
  expect(target([linked, potential, apart], 3)).toMatchObject({ maxAgents: 2, unlisted: 'by-email', refs: ['ref'] });
  expect(target([linked, potential, apart], 1)).toMatchObject({ maxAgents: 1, unlisted: 'by-email' });
  expect(target([linked, apart], 2)).toMatchObject({ maxAgents: 1, unlisted: 'none' });
});

test('createTargetResolver scans the same agents once per account', () => {
  const planning = setUpPlanning();
  const resolveTarget = createTargetResolver(planning);
  const candidateSets = ['a@x.de', 'b@x.de', 'a@x.de'].map((email) => candidatesByEmail(planning, email));
  const targets = candidateSets.map((candidates) => resolveTarget(candidates, 'v'));
  expect(targets.map(({ key, refs }) => [key, refs.length])).toEqual([
    ['email a@x.de', 50],
    ['email b@x.de', 50],
    ['email a@x.de', 50],
  ]);
  expect(new Set(targets.map(({ refs }) => refs)).size).toBe(1);
  expect(resolveTarget(candidatesByEmail(planning, 'a@x.de'), 'other').refs).toEqual([]);
});
