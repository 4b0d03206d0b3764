import { expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../domain/time.ts';
import { ageSummary, evaluateHealth, type HealthSummary } from './health-summary.ts';

const NOTHING: HealthSummary = {
  successes: 0,
  failures: 0,
  sinceSuccessMs: null,
  sinceFailureMs: null,
  failuresInARow: 0,
  lastError: null,
  sinceKnownAgentMs: null,
  unknownAgents: 0,
};
const healthy: HealthSummary = { ...NOTHING, successes: 10, sinceSuccessMs: SECOND, sinceKnownAgentMs: SECOND };
const failing: HealthSummary = {
  ...NOTHING,
  failures: 4,
  failuresInARow: 4,
  sinceFailureMs: 2 * SECOND,
  lastError: 'no (connect)',
};

test('evaluates to UNKNOWN without any call', () => {
  expect(evaluateHealth([NOTHING, NOTHING]).state).toBe('UNKNOWN');
});

test('adds up the calls of all processes: one that fails next to one that does not is DEGRADED', () => {
  expect(evaluateHealth([failing]).state).toBe('DOWN');
  expect(evaluateHealth([healthy]).state).toBe('OK');
  for (const summaries of [
    [failing, healthy],
    [healthy, failing],
  ])
    expect(evaluateHealth(summaries)).toMatchObject({
      state: 'DEGRADED',
      lastError: 'no (connect)',
      sinceSuccessMs: SECOND,
    });
});

test('is DOWN once the last success of any process is 15 seconds ago', () => {
  const older = { ...healthy, sinceSuccessMs: 14_999 };
  expect(evaluateHealth([failing, older]).state).toBe('DEGRADED');
  expect(evaluateHealth([failing, ageSummary(older, 1)]).state).toBe('DOWN');
});

test('is DEGRADED without a call in the last minute where the last one failed, and OK where it succeeded', () => {
  const failedLast = { ...NOTHING, sinceSuccessMs: 3 * MINUTE, sinceFailureMs: 2 * MINUTE, failuresInARow: 1 };
  expect(evaluateHealth([failedLast]).state).toBe('DEGRADED');
  expect(evaluateHealth([{ ...failedLast, sinceSuccessMs: MINUTE }]).state).toBe('OK');
});

test('takes the error of the process that failed last', () => {
  const later = { ...failing, sinceFailureMs: SECOND, lastError: 'no (dns)' };
  expect(evaluateHealth([failing, later]).lastError).toBe('no (dns)');
});

test('counts agents that no process found once, and none while one process finds some', () => {
  const unknown = { ...NOTHING, successes: 2, sinceSuccessMs: 0, unknownAgents: 2 };
  expect(evaluateHealth([unknown, unknown])).toMatchObject({ state: 'DEGRADED', unknownAgents: 2 });
  const more = { ...unknown, unknownAgents: 3 };
  expect(evaluateHealth([unknown, more])).toMatchObject({ state: 'DEGRADED', unknownAgents: 3 });
  expect(evaluateHealth([unknown, more, healthy]).state).toBe('OK');
});

test('forgets the counts of a summary that is older than its window, but not what happened last', () => {
  expect(ageSummary({ ...failing, sinceSuccessMs: 0 }, MINUTE)).toMatchObject({
    successes: 0,
    failures: 0,
    failuresInARow: 4,
    sinceSuccessMs: MINUTE,
    sinceFailureMs: MINUTE + 2 * SECOND,
  });
  expect(ageSummary({ ...NOTHING, unknownAgents: 3 }, 5 * MINUTE).unknownAgents).toBe(0);
});
