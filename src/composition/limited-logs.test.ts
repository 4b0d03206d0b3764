import { expect, test } from '@jest/globals';
import { manualClock } from '../../test/support/clock.ts';
import { failureReport, sourceReport, unsupportedReport } from '../domain/source.ts';
import { MINUTE } from '../domain/time.ts';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { createLogger } from '../observability/logger.ts';
import { createLimitedLogs } from './limited-logs.ts';

const target = { vendor: 'LIVEPERSON', account: 'lp', endpoint: 'agentActivity' } as const;

function vendorError(code: VendorErrorCode, details: { reason?: string; status?: number } = {}) {
  return new VendorError(target, code, '<html>CANARY', details);
}

function setUp() {
  const clock = manualClock();
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const logs = createLimitedLogs(clock, createLogger({ destination: { write } }));
  return { clock, logs, take: () => lines.splice(0).map(({ time: _time, ...line }) => line) };
}

const PLACE = { level: 'warn', account: 'lp', endpoint: 'agentActivity' };

test('logs what is left out of responses once a minute, with the number of records', () => {
  const { clock, logs, take } = setUp();
  for (let i = 0; i < 3; i += 1) logs.recordsDropped('lp', 'agentActivity', 'contract', 5);
  clock.advance(MINUTE);
  const message = 'records left out of vendor responses';
  expect(take()).toEqual([
    { ...PLACE, reason: 'contract', count: 5, message },
    { ...PLACE, reason: 'contract', count: 10, message },
  ]);
});

test('logs a source that lacks a part once a minute, with the reason and nothing of the vendor', () => {
  const { logs, take } = setUp();
  const error = vendorError('VENDOR_BAD_RESPONSE', { reason: 'contract' });
  for (let i = 0; i < 50; i += 1) logs.sourceReported(sourceReport(target, [], { error }));
  const lines = take();
  expect(lines).toEqual([
    {
      ...PLACE,
      outcome: 'PARTIAL',
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'contract',
      count: 1,
      message: 'source incomplete',
    },
  ]);
});

test.each(['circuit_open', 'quota_local', 'rate_gate', 'bulkhead_full', 'discovery_timeout'])(
  'logs a source that failed without a call: %s',
  (reason) => {
    const { logs, take } = setUp();
    const error = vendorError('VENDOR_UNAVAILABLE', { reason });
    logs.sourceReported(failureReport(error));
    const stale = { fetchedAt: 0, servedFrom: 'CACHE' as const, staleReason: error };
    logs.sourceReported(sourceReport(target, [stale]));
    expect(take()).toMatchObject([
      { outcome: 'FAILED', reason, message: 'source incomplete' },
      { outcome: 'STALE', reason, message: 'source incomplete' },
    ]);
  },
);

test('logs a missing part, such as a file, which no failed call logs', () => {
  const { logs, take } = setUp();
  const error = vendorError('NOT_FOUND', { status: 404, reason: 'status_404' });
  logs.sourceReported(sourceReport(target, [], { error }));
  expect(take()).toMatchObject([{ outcome: 'PARTIAL', code: 'NOT_FOUND', status: 404, message: 'source incomplete' }]);
});

test('does not log complete sources, failures that the call itself logs, or limits of the question', () => {
  const { logs, take } = setUp();
  logs.sourceReported(sourceReport(target, []));
  logs.sourceReported(unsupportedReport(target));
  logs.sourceReported(failureReport(vendorError('NOT_FOUND', { status: 404 })));
  logs.sourceReported(failureReport(vendorError('VENDOR_UNAVAILABLE', { status: 503, reason: 'status_503' })));
  for (const reason of ['retention', 'not_yet_written'])
    logs.sourceReported(sourceReport(target, [], { error: vendorError('VENDOR_REJECTED', { reason }) }));
  expect(take()).toEqual([]);
});

test('logs failed renewals and refreshes with their reason, and no message of the vendor', () => {
  const { logs, take } = setUp();
  const error = vendorError('VENDOR_AUTH_FAILED', { reason: 'token_refused', status: 400 });
  logs.renewalFailed(error);
  logs.refreshFailed(error);
  const fields = { ...PLACE, code: 'VENDOR_AUTH_FAILED', reason: 'token_refused', status: 400, count: 1 };
  expect(take()).toEqual([
    { ...fields, message: 'token renewal failed' },
    { ...fields, message: 'background refresh failed' },
  ]);
});

test('logs no renewal or refresh that the end of the process cancelled', () => {
  const { logs, take } = setUp();
  logs.renewalFailed(vendorError('VENDOR_TIMEOUT', { reason: 'cancelled' }));
  logs.refreshFailed(vendorError('VENDOR_TIMEOUT', { reason: 'cancelled' }));
  expect(take()).toEqual([]);
});

test('logs that a vendor knows no agent once a minute for each account', () => {
  const { clock, logs, take } = setUp();
  for (let i = 0; i < 20; i += 1) logs.agentsUnknown('vcc');
  clock.advance(MINUTE);
  const message = 'vendor knows none of the agents of an account';
  expect(take()).toEqual([
    { level: 'warn', account: 'vcc', count: 1, message },
    { level: 'warn', account: 'vcc', count: 19, message },
  ]);
});

test('logs failures of the file of the cache once a minute, with how many entries they concern', () => {
  const { clock, logs, take } = setUp();
  for (let i = 0; i < 20; i += 1) logs.diskFailed('write', 'full', 50);
  clock.advance(MINUTE);
  const fields = { level: 'warn', operation: 'write', reason: 'full', message: 'cache file could not be used' };
  expect(take()).toEqual([
    { ...fields, count: 50 },
    { ...fields, count: 950 },
  ]);
});
