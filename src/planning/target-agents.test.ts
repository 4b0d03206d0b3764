import { expect, test } from '@jest/globals';
import { setUpPlanning } from '../../test/support/planning-harness.ts';
import { candidatesByEmail, mergeCandidates } from './agent-candidates.ts';
import { createTargetResolver } from './target-agents.ts';

const selection = { capability: 'currentStatus', accounts: null } as const;

test('createTargetResolver passes on the upper bound of unlisted agents while discovery is pending', () => {
  const { planning } = setUpPlanning();
  const emails = ['a@x.de', 'b@x.de', 'a@x.de', 'c@x.de'];
  const candidateSets = mergeCandidates(emails.map((email) => candidatesByEmail(planning, email)));
  const targets = candidateSets.map((candidates) => createTargetResolver(planning)(candidates, 'v', selection));
  expect(targets).toMatchObject([{ maxAgents: 3, unlisted: 'by-email' }]);
});

test('createTargetResolver scans the same agents once per account and selection', () => {
  const { planning, dataSourceReads } = setUpPlanning();
  const resolveTarget = createTargetResolver(planning);
  const candidateSets = ['a@x.de', 'b@x.de', 'a@x.de'].map((email) => candidatesByEmail(planning, email));
  const targets = candidateSets.map((candidates) => resolveTarget(candidates, 'v', selection));
  expect(dataSourceReads()).toBe(1);
  expect(targets.map(({ key, refs }) => [key, refs.length])).toEqual([
    ['email a@x.de', 50],
    ['email b@x.de', 50],
    ['email a@x.de', 50],
  ]);
  for (const candidates of candidateSets) resolveTarget(candidates, 'v', { ...selection, accounts: ['v'] });
  expect(dataSourceReads()).toBe(2);
});
