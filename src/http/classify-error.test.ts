import { expect, test } from '@jest/globals';
import { AttemptTimeoutError, toVendorError } from './classify-error.ts';
import { vendorError } from './response.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

function errorWithCode(code: unknown, cause?: unknown) {
  return Object.assign(new Error('x', { cause }), { code });
}
function errorNamed(name: string) {
  return Object.assign(new Error('x'), { name });
}

test.each<[string, string, string, unknown]>([
  ['a deadline', 'VENDOR_TIMEOUT', 'timeout_total', new AttemptTimeoutError()],
  ['ECONNREFUSED', 'VENDOR_UNAVAILABLE', 'connect', errorWithCode('ECONNREFUSED')],
  ['ECONNRESET', 'VENDOR_UNAVAILABLE', 'reset', errorWithCode('ECONNRESET')],
  ['UND_ERR_SOCKET', 'VENDOR_UNAVAILABLE', 'reset', errorWithCode('UND_ERR_SOCKET')],
  ['UND_ERR_CONNECT_TIMEOUT', 'VENDOR_TIMEOUT', 'timeout_connect', errorWithCode('UND_ERR_CONNECT_TIMEOUT')],
  ['ENOTFOUND', 'VENDOR_UNAVAILABLE', 'dns', errorWithCode('ENOTFOUND')],
  ['EAI_AGAIN', 'VENDOR_UNAVAILABLE', 'dns_temporary', errorWithCode('EAI_AGAIN')],
  ['EPROTO', 'VENDOR_UNAVAILABLE', 'tls', errorWithCode('EPROTO')],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'VENDOR_UNAVAILABLE', 'tls', errorWithCode('ERR_TLS_CERT_ALTNAME_INVALID')],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'VENDOR_UNAVAILABLE', 'tls', errorWithCode('ERR_SSL_WRONG_VERSION_NUMBER')],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'VENDOR_UNAVAILABLE', 'tls', errorWithCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'VENDOR_UNAVAILABLE', 'tls', errorWithCode('DEPTH_ZERO_SELF_SIGNED_CERT')],
  ['a parser error without a code', 'VENDOR_BAD_RESPONSE', 'malformed_http', errorNamed('HTTPParserError')],
  ['HPE_INVALID_CONSTANT', 'VENDOR_BAD_RESPONSE', 'malformed_http', errorWithCode('HPE_INVALID_CONSTANT')],
  ['UND_ERR_HEADERS_OVERFLOW', 'VENDOR_BAD_RESPONSE', 'malformed_http', errorWithCode('UND_ERR_HEADERS_OVERFLOW')],
  ['UND_ERR_INVALID_ARG', 'VENDOR_REJECTED', 'unsendable', errorWithCode('UND_ERR_INVALID_ARG')],
  ['a cause', 'VENDOR_UNAVAILABLE', 'dns', new Error('x', { cause: errorWithCode('ENOTFOUND') })],
  ['a cause under a numeric code', 'VENDOR_UNAVAILABLE', 'dns', errorWithCode(20, errorWithCode('ENOTFOUND'))],
  ['a cause that is a string', 'VENDOR_UNAVAILABLE', 'reset', new Error('x', { cause: 'ENOTFOUND' })],
  ['null', 'VENDOR_UNAVAILABLE', 'reset', null],
  ['undefined', 'VENDOR_UNAVAILABLE', 'reset', undefined],
  ['a string', 'VENDOR_UNAVAILABLE', 'reset', 'gone'],
])('classifies %s as %s, %s', (_name, code, reason, error) => {
  expect(toVendorError(error, TARGET, 'request')).toMatchObject({ ...TARGET, code, reason });
  // The same in the middle of a body, except for a lost connection.
  const cut = reason === 'reset' || reason === 'connect';
  const inBody = cut ? { code: 'VENDOR_BAD_RESPONSE', reason: 'truncated' } : { code, reason };
  expect(toVendorError(error, TARGET, 'body')).toMatchObject(inBody);
});

test.each<[string, unknown]>([
  ['an error', new Error('x')],
  ['an error with a code', errorWithCode('ECONNREFUSED')],
  ['a string', 'gone'],
  ['nothing', undefined],
])('classifies any error of a waiting call as cancelled: %s', (_name, error) => {
  expect(toVendorError(error, TARGET, 'waiting')).toMatchObject({ code: 'VENDOR_TIMEOUT', reason: 'cancelled' });
});

test('returns a VendorError unchanged at every stage', () => {
  const known = vendorError(TARGET, 'VENDOR_RATE_LIMITED', { reason: 'quota_local' });
  for (const stage of ['waiting', 'request', 'body'] as const) expect(toVendorError(known, TARGET, stage)).toBe(known);
});

test('names a lost connection that had answered before as stale, and no other failure', () => {
  const reasonOf = (code: string) => toVendorError(errorWithCode(code), TARGET, 'request', true).reason;
  expect(['ECONNRESET', 'UND_ERR_SOCKET', 'ECONNREFUSED', 'HPE_INVALID_CONSTANT'].map(reasonOf)).toEqual([
    'stale_connection',
    'stale_connection',
    'connect',
    'malformed_http',
  ]);
  expect(toVendorError(errorWithCode('ECONNRESET'), TARGET, 'body', true).reason).toBe('truncated');
});
