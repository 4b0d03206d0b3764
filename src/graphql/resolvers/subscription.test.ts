import { expect, test } from '@jest/globals';
import { findListedAgent } from '../../../test/support/gather-harness.ts';
import { PERIOD, services } from '../../../test/support/schema-harness.ts';
import { createPlanningContext } from '../../planning/planning-context.ts';
import { subscriptionResolvers, subscriptionRules } from './subscription.ts';

test('returns the change that the event reports, and its account', () => {
  const context = services.createContext();
  const agent = findListedAgent(context, 'jane');
  const change = { agent, account: 'v', previous: null, current: PERIOD, isInitial: true, detectedAt: 0 };
  const stream = { change, onSubscription: () => undefined };
  const { statusChanges } = subscriptionResolvers.Subscription;
  const args = { filter: null, minIntervalSeconds: 5 };
  expect(statusChanges(null, args, { ...context, stream }, {} as never)).toBe(change);
  expect(() => statusChanges(null, args, context, {} as never)).toThrow('missing');
});

test('plans the statuses of all agents that match', () => {
  const rule = subscriptionRules.Subscription.statusChanges;
  if (rule.kind !== 'lookup') throw new Error('not a lookup');
  const lookups = rule.planLookups({ filter: null } as never, createPlanningContext(services.createContext()), []);
  expect(lookups).toMatchObject([{ type: 'StatusChange', parent: { candidates: { maxAgents: 1 } } }]);
});
