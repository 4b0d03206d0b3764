import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import type { DiscoveryEnd } from '../directory/ports.ts';
import { SECOND } from '../domain/time.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createDiscoveryLog } from './discovery-log.ts';

const error = new VendorError({ vendor: 'KORE', account: 'kore', endpoint: 'names' }, 'VENDOR_UNAVAILABLE', 'no', {
  reason: 'status_503',
  status: 503,
});

function setUp() {
  const clock = manualClock();
  const lines: object[] = [];
  const onEnd = createDiscoveryLog(
    {
      info: (fields) => lines.push({ level: 'info', ...fields }),
      warn: (fields) => lines.push({ level: 'warn', ...fields }),
    },
    clock,
  );
  const end = (agents: number, outcome: DiscoveryEnd['outcome'] = 'OK', account = 'kore') => {
    const failed = outcome === 'STALE' || outcome === 'FAILED';
    onEnd({ account, outcome, agents, fetchedAt: null, error: failed ? error : null });
    return lines.splice(0);
  };
  return { clock, end };
}

test('logs the number of agents only when it changes', () => {
  const { end } = setUp();
  expect(end(3)).toEqual([{ level: 'info', account: 'kore', outcome: 'OK', agents: 3, previousAgents: null }]);
  expect(end(3)).toEqual([]);
  expect(end(2, 'PARTIAL')).toEqual([
    { level: 'info', account: 'kore', outcome: 'PARTIAL', agents: 2, previousAgents: 3 },
  ]);
});

test('logs the first failure, then one line a minute with the count, and the recovery', () => {
  const { clock, end } = setUp();
  end(3);
  const line = { level: 'warn', account: 'kore', outcome: 'STALE', code: 'VENDOR_UNAVAILABLE', reason: 'status_503' };
  expect(end(3, 'STALE')).toEqual([{ ...line, status: 503, agents: 3, count: 1 }]);
  clock.advance(30 * SECOND);
  expect(end(3, 'STALE')).toEqual([]);
  clock.advance(29_999);
  expect(end(3, 'STALE')).toEqual([]);
  clock.advance(1);
  expect(end(3, 'STALE')).toMatchObject([{ level: 'warn', count: 3 }]);
  expect(end(3)).toEqual([{ level: 'info', account: 'kore', outcome: 'OK', agents: 3, previousAgents: 3 }]);
  expect(end(3, 'STALE')).toMatchObject([{ level: 'warn', count: 1 }]);
});

test('logs every account for itself', () => {
  const { end } = setUp();
  expect(end(0, 'FAILED', 'kore')).toHaveLength(1);
  expect(end(0, 'FAILED', 'lp')).toHaveLength(1);
});
