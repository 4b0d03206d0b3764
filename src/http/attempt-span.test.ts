import { describe, expect, test } from '@jest/globals';
import { createSpanRecorder } from '../../test/support/span-recorder.ts';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { endAttemptSpan, startAttemptSpan } from './attempt-span.ts';

const target = { vendor: 'LIVEPERSON', account: 'lp', endpoint: 'agentActivity' } as const;

function start(url: string, resendCount = 0) {
  const { parent, span } = createSpanRecorder();
  const request = { endpoint: target.endpoint, method: 'GET', url: new URL(url), keys: 3 } as const;
  const attempt = startAttemptSpan(span, { request, target, resendCount, waitedMs: 12.4 });
  return { attempt, record: () => parent.children[0] };
}

test('describes an attempt as an HTTP client, without the path and the query of its URL', () => {
  const { record } = start('https://va.da.liveperson.net/data/secret-path?v=secret');
  expect(record()).toMatchObject({ name: 'GET agentActivity', kind: 'client' });
  expect(record()?.attributes).toEqual({
    'http.request.method': 'GET',
    'server.address': 'va.da.liveperson.net',
    'server.port': 443,
    'switchboard.account': 'lp',
    'switchboard.vendor': 'LIVEPERSON',
    'switchboard.endpoint': 'agentActivity',
    'switchboard.keys': 3,
    'switchboard.wait_ms': 12,
  });
});

test.each([
  ['http://127.0.0.1:8080/x', 8080],
  ['http://127.0.0.1/x', 80],
])('names the port of %s', (url, port) => {
  expect(start(url).record()?.attributes).toMatchObject({ 'server.port': port });
});

test('counts the attempts before a retry', () => {
  expect(start('http://127.0.0.1/x', 2).record()?.attributes).toMatchObject({ 'http.request.resend_count': 2 });
});

describe('the end of an attempt', () => {
  const error = (code: VendorErrorCode, reason?: string) =>
    new VendorError(target, code, 'secret', { ...(reason && { reason }) });

  test.each([
    ['a success', 200, null, null],
    ['an agent that the vendor does not know', 404, error('NOT_FOUND'), null],
    ['a status', 503, error('VENDOR_UNAVAILABLE', 'status_503'), '503'],
    ['a body of the wrong form', 200, error('VENDOR_BAD_RESPONSE', 'contract'), 'contract'],
    ['no response', null, error('VENDOR_TIMEOUT', 'timeout_total'), 'timeout_total'],
    ['an error without a reason', null, error('VENDOR_UNAVAILABLE'), 'VENDOR_UNAVAILABLE'],
  ])('with %s has its status, and the type of its error', (_, status, failure, errorType) => {
    const { attempt, record } = start('http://127.0.0.1/x');
    endAttemptSpan(attempt, status, { outcome: failure?.code ?? 'OK', error: failure });
    expect(record()).toMatchObject({ ends: 1, failure: errorType });
    expect(record()?.attributes['http.response.status_code']).toBe(status ?? undefined);
    expect(record()?.attributes['switchboard.outcome']).toBe(failure?.code);
  });
});
