import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import type { AccountState } from '../domain/account.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createLimitedLogs } from './limited-logs.ts';
import { createDiskObserver, createHealthObserver, createVendorHttpObserver } from './observers.ts';

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger({ destination: { write } });
  const logs = createLimitedLogs(manualClock(), logger);
  const observer = createVendorHttpObserver(createMetrics(), logger, logs);
  const call = { account: 'kore-main', endpoint: 'agentstatusdetails', ms: 5 };
  return {
    lines,
    logs,
    health: createHealthObserver(logger, logs),
    observe: (outcome: string, reason?: string, status?: number) => {
      observer.vendorCall({ ...call, outcome, ...(reason && { reason }), ...(status && { status }) });
    },
  };
}

test('logs failed vendor calls once a minute for each code, reason and status, with their count', () => {
  const { lines, logs, observe } = setUp();
  for (let i = 0; i < 200; i += 1) observe('VENDOR_UNAVAILABLE', 'status_503', 503);
  observe('VENDOR_BAD_RESPONSE', 'contract');
  logs.flush();
  expect(lines).toMatchObject([
    { level: 'warn', code: 'VENDOR_UNAVAILABLE', reason: 'status_503', status: 503, count: 1 },
    { level: 'warn', code: 'VENDOR_BAD_RESPONSE', reason: 'contract', count: 1 },
    { level: 'warn', account: 'kore-main', endpoint: 'agentstatusdetails', code: 'VENDOR_UNAVAILABLE', count: 199 },
  ]);
});

test('logs no success, no unknown agent, no caller that gave up, and no text of a vendor', () => {
  const { lines, observe } = setUp();
  observe('OK');
  observe('NOT_FOUND', 'status_404', 404);
  observe('VENDOR_TIMEOUT', 'cancelled');
  expect(lines).toEqual([]);
  observe('VENDOR_REJECTED', '<html>CANARY', 400);
  expect(JSON.stringify(lines)).not.toContain('CANARY');
});

test('logs how the health of an account changes, but not its first success', () => {
  const { lines, health } = setUp();
  const change = (state: AccountState, previous: AccountState, lastError: string | null = null) => {
    health.stateChanged('kore-main', { state, lastError, lastSuccessAt: null, callsLastMinute: 1 }, previous);
  };
  change('OK', 'UNKNOWN');
  change('DEGRADED', 'OK', 'no (connect)');
  change('OK', 'DEGRADED');
  const account = 'kore-main';
  expect(lines).toMatchObject([
    { level: 'warn', account, state: 'DEGRADED', previous: 'OK', lastError: 'no (connect)' },
    { level: 'info', account, state: 'OK', previous: 'DEGRADED' },
  ]);
});

test('counts the entries of a failed operation on the file of the cache, and logs where a damaged one went', async () => {
  const { lines, logs } = setUp();
  const metrics = createMetrics();
  const logger = createLogger({ destination: { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[0]) } });
  const disk = createDiskObserver(metrics, logger, logs);
  disk.onError('write', 'full', 7);
  disk.onMovedAside('/var/cache.db.damaged');
  expect(await metrics.text()).toContain('switchboard_cache_errors_total{operation="disk_write",reason="full"} 7\n');
  expect(lines).toMatchObject([
    { level: 'warn', operation: 'write', reason: 'full', count: 7 },
    { level: 'warn', movedTo: '/var/cache.db.damaged', message: 'damaged cache file moved aside' },
  ]);
});
