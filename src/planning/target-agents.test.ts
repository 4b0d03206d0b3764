import { expect, test } from '@jest/globals';
import { setUpPlanning } from '../../test/support/planning-harness.ts';
import { candidatesByEmail, mergeCandidates } from './agent-candidates.ts';
import { createTargetResolver } from './target-agents.ts';

test('createTargetResolver passes on the upper bound of unlisted agents while discovery is pending', () => {
  const planning = setUpPlanning();
  const emails = ['a@x.de', 'b@x.de', 'a@x.de', 'c@x.de'];
  const candidateSets = mergeCandidates(emails.map((email) => candidatesByEmail(planning, email)));
  const targets = candidateSets.map((candidates) => createTargetResolver(planning)(candidates, 'v'));
  expect(targets).toMatchObject([{ maxAgents: 3, unlisted: 'by-email' }]);
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
