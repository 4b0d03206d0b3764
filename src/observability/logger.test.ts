import { expect, test } from '@jest/globals';
import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { createLogger, type LogLevel } from './logger.ts';

function captureLog(write: (logger: ReturnType<typeof createLogger>) => void, level: LogLevel = 'info') {
  const lines: string[] = [];
  write(createLogger({ level, destination: { write: (line) => lines.push(line) } }));
  return lines.map((line) => {
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    return JSON.parse(line) as Record<string, unknown>;
  });
}

test('an entry is one line of JSON with time and level in words', () => {
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

test('what lies below the level is left out', () => {
  const entries = captureLog((logger) => {
    logger.info({}, 'quiet');
    logger.warn({}, 'loud');
  }, 'warn');
  expect(entries).toHaveLength(1);
});

test('a vendor’s error is logged in the gateway’s words', () => {
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

test('a bad argument is logged with its message', () => {
  const [entry] = captureLog((logger) => {
    logger.info({ err: new InvalidInputError('first', 'must be 0 to 200') }, 'failed');
  });
  expect(entry?.err).toMatchObject({ name: 'InvalidInputError', message: 'first: must be 0 to 200' });
});

test('of any other error neither message nor stack nor anything it carries is logged', () => {
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

test('the innermost place in the gateway’s own code is', () => {
  const err = new Error('CANARY');
  err.stack = `Error: CANARY
    at read (node:internal/fs:1:1)
    at merge (file:///srv/app/src/gather/merge.ts:12:3)
    at async ask (file:///srv/app/src/gather/fan-out.ts:7:5)`;
  const [entry] = captureLog((logger) => {
    logger.error({ err }, 'failed');
  });
  expect(entry?.err).toEqual({ name: 'Error', at: 'src/gather/merge.ts:12' });
});

test.each([undefined, null, 'CANARY', 7, { name: 'CANARY 1', code: {} }])('%j thrown tells nothing', (err) => {
  const [entry] = captureLog((logger) => {
    logger.error({ err }, 'failed');
  });
  expect(JSON.stringify(entry)).not.toContain('CANARY');
});
