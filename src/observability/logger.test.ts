import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createLogger, createTimestamp, type LogLevel } from './logger.ts';

function captureLog(write: (logger: ReturnType<typeof createLogger>) => void, level: LogLevel = 'info') {
  const lines: string[] = [];
  write(createLogger({ level, destination: { write: (line) => lines.push(line) } }));
  return lines.map((line) => {
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    return JSON.parse(line) as Record<string, unknown>;
  });
}

test('writes one line of JSON per entry, with the time and the name of the level', () => {
  const [entry] = captureLog((logger) => {
    logger.info({ requestId: 'a\nb' }, 'two\nlines');
  });
  expect(entry).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    requestId: 'a\nb',
    message: 'two\nlines',
  });
});

test('writes the lines of the access log as all others', () => {
  const value = fc.option(
    fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.integer(), fc.dictionary(fc.string(), fc.nat())),
    {
      nil: undefined,
    },
  );
  const entry = fc.record({
    path: fc.constant('/graphql' as const),
    requestId: value,
    caller: value,
    vendorCalls: value,
  });
  fc.assert(
    fc.property(entry, (fields) => {
      const lines: string[] = [];
      const write = (line: string) => void lines.push(line.replace(/"time":"[^"]+"/, '"time":""'));
      const logger = createLogger({ destination: { write } });
      logger.request('info', fields);
      logger.info(fields, 'request completed');
      expect(lines[0]).toBe(lines[1]);
    }),
  );
});

test('omits entries below the level, and reports which levels are enabled', () => {
  const entries = captureLog((logger) => {
    logger.info({}, 'quiet');
    logger.request('info', { path: '/graphql' });
    logger.warn({}, 'loud');
  }, 'warn');
  expect(entries).toHaveLength(1);
  const logger = createLogger({ level: 'warn', destination: { write: () => undefined } });
  expect([logger.isLevelEnabled('info'), logger.isLevelEnabled('warn')]).toEqual([false, true]);
});

test('logs a VendorError with its code, account, endpoint, reason and message', () => {
  const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;
  const [entry] = captureLog((logger) => {
    logger.warn({ err: new VendorError(target, 'VENDOR_TIMEOUT', 'Too slow', { reason: 'timeout_total' }) }, 'failed');
  });
  expect(entry?.err).toEqual({
    name: 'VendorError',
    code: 'VENDOR_TIMEOUT',
    vendor: 'KORE',
    account: 'kore-main',
    endpoint: 'agentstatusdetails',
    reason: 'timeout_total',
    message: 'Too slow',
  });
});

test('logs an InvalidInputError with its message', () => {
  const [entry] = captureLog((logger) => {
    logger.info({ err: new InvalidInputError('first', 'must be 0 to 200') }, 'failed');
  });
  expect(entry?.err).toMatchObject({ name: 'InvalidInputError', message: 'first: must be 0 to 200' });
});

test('logs the name and code of any other error, without its message, stack and properties', () => {
  const cause = Object.assign(new TypeError('Bearer CANARY at https://CANARY'), {
    code: 'ECONNRESET',
    config: { token: 'CANARY' },
    cause: new Error('CANARY'),
    stack: 'TypeError: Bearer CANARY at https://CANARY\n    at read (node:internal/fs:1:1)',
  });
  const [entry] = captureLog((logger) => {
    logger.error({ err: cause }, 'failed');
  });
  expect(entry?.err).toEqual({ name: 'TypeError', code: 'ECONNRESET' });
  expect(JSON.stringify(entry)).not.toContain('CANARY');
});

test('logs the innermost position in the gateway’s own code', () => {
  const err = new Error('CANARY');
  err.stack = `Error: CANARY
    at read (node:internal/fs:1:1)
    at merge (file:///srv/app/src/gather/merge.ts:12:3)
    at async fanOut (file:///srv/app/src/gather/fan-out.ts:7:5)`;
  const [entry] = captureLog((logger) => {
    logger.error({ err }, 'failed');
  });
  expect(entry?.err).toEqual({ name: 'Error', at: 'src/gather/merge.ts:12' });
});

test.each([undefined, null, 'CANARY', 7, { name: 'CANARY 1', code: {} }])('logs nothing of a thrown %j', (err) => {
  const [entry] = captureLog((logger) => {
    logger.error({ err }, 'failed');
  });
  expect(JSON.stringify(entry)).not.toContain('CANARY');
});

test('times are ISO 8601, and follow the clock', () => {
  let now = Date.parse('2026-11-20T09:30:00.005Z');
  const timestamp = createTimestamp(() => now);
  expect([timestamp(), timestamp()]).toEqual(Array(2).fill(',"time":"2026-11-20T09:30:00.005Z"'));
  now -= 1;
  expect(timestamp()).toBe(',"time":"2026-11-20T09:30:00.004Z"');
});
