import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { freshResult, NOW, vendorError } from '../../test/support/gather-harness.ts';
import { failureReport, type SourceReport } from '../domain/source.ts';
import { MINUTE } from '../domain/time.ts';
import { createAccountHealthTracker } from './account-health.ts';

function setUp() {
  const clock = manualClock(NOW);
  const unknown: number[] = [];
  const changes: string[] = [];
  const tracker = createAccountHealthTracker({
    clock,
    observer: {
      agentsUnknown: (_account, agents) => unknown.push(agents),
      stateChanged: (_account, { state }, previous) => changes.push(`${previous} ${state}`),
    },
  });
  let fetchedAt = NOW;
  return {
    clock,
    unknown,
    changes,
    health: () => tracker.get('vcc'),
    notFound: (...refs: readonly string[]) => {
      for (const ref of refs)
        tracker.recordReport(failureReport(vendorError('vcc', 'NOT_FOUND', { status: 404 })), ref);
    },
    answer: (ref: string, extra: Partial<SourceReport> = {}) => {
      fetchedAt += 1;
      for (const report of freshResult('vcc', [], { fetchedAt, ...extra }).sources) tracker.recordReport(report, ref);
    },
  };
}

test('reports DEGRADED where the vendor knows none of the agents, and notifies the observer', () => {
  const { health, notFound, unknown, changes } = setUp();
  notFound('01');
  expect(health()).toMatchObject({
    state: 'DEGRADED',
    lastError:
      "The vendor does not know the agent it was asked for (HTTP 404): check the account's settings and its agents' references",
    lastSuccessAt: NOW,
  });
  notFound('02', '01', '03');
  expect(health()).toMatchObject({
    state: 'DEGRADED',
    lastError:
      "The vendor knows none of the 3 agents it was asked for (HTTP 404): check the account's settings and its agents' references",
  });
  expect([unknown, changes]).toEqual([[1, 2, 3], ['UNKNOWN DEGRADED']]);
});

test('reports OK while the vendor knows one agent, however many it does not know', () => {
  const { health, notFound, answer, clock } = setUp();
  answer('07');
  notFound('01', '02', '03', '04');
  expect(health().state).toBe('OK');
  clock.advance(4 * MINUTE);
  notFound('01', '02', '03', '04');
  expect(health().state).toBe('OK');
  clock.advance(MINUTE);
  expect(health().state).toBe('DEGRADED');
  answer('07');
  expect(health().state).toBe('OK');
});

test('does not add up agents that were asked for at different times', () => {
  const { notFound, unknown, clock } = setUp();
  for (const ref of ['01', '02', '03', '04']) {
    notFound(ref);
    clock.advance(2.6 * MINUTE);
  }
  expect(unknown).toEqual([1, 2, 2, 2]);
});

test('counts a part that the vendor does not have, such as a missing file, as an answer', () => {
  const { health, answer } = setUp();
  const error = vendorError('vcc', 'VENDOR_REJECTED', { reason: 'status_404', status: 404 });
  for (const ref of ['01', '02', '03']) answer(ref, { outcome: 'PARTIAL', error });
  expect(health()).toMatchObject({ state: 'OK', lastError: null, lastSuccessAt: NOW });
});

test('counts the agents that were asked for last, of however many', () => {
  const { health, notFound, clock } = setUp();
  notFound(...Array.from({ length: 150 }, (_, index) => `early ${index}`));
  clock.advance(5 * MINUTE);
  notFound('late 1', 'late 2', 'late 3');
  expect(health()).toMatchObject({ state: 'DEGRADED' });
});
