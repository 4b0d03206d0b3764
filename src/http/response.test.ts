import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { thrownBy } from '../../test/support/capture-error.ts';
import { VendorError } from '../domain/vendor-error.ts';
import { assertOk, errorCodeForStatus, parseJson, vendorError, withRetryAfter } from './response.ts';
import type { VendorResponse } from './types.ts';

const TARGET = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;
const NOW = Date.parse('2026-11-20T09:30:00Z');

function createResponse(body: string | Buffer, status = 200, headers: VendorResponse['headers'] = {}): VendorResponse {
  const request = { endpoint: TARGET.endpoint, method: 'GET', url: new URL('http://127.0.0.1/') } as const;
  return { request, status, headers, body: Buffer.from(body) };
}

test.each([
  [199, 'VENDOR_BAD_RESPONSE'],
  [200, null],
  [204, null],
  [299, null],
  [300, 'VENDOR_BAD_RESPONSE'],
  [301, 'VENDOR_BAD_RESPONSE'],
  [302, 'VENDOR_BAD_RESPONSE'],
  [304, 'VENDOR_BAD_RESPONSE'],
  [308, 'VENDOR_BAD_RESPONSE'],
  [400, 'VENDOR_REJECTED'],
  [401, 'VENDOR_AUTH_FAILED'],
  [403, 'VENDOR_AUTH_FAILED'],
  [404, 'NOT_FOUND'],
  [405, 'VENDOR_REJECTED'],
  [422, 'VENDOR_REJECTED'],
  [429, 'VENDOR_RATE_LIMITED'],
  [499, 'VENDOR_REJECTED'],
  [500, 'VENDOR_UNAVAILABLE'],
  [503, 'VENDOR_UNAVAILABLE'],
  [599, 'VENDOR_UNAVAILABLE'],
])('maps status %i to %s', (status, code) => {
  expect(errorCodeForStatus(status)).toBe(code);
});

describe('assertOk', () => {
  test('throws an error with the account, the status and the vendor’s message', () => {
    const error = thrownBy(() => assertOk(createResponse('{"message":"size is too big"}', 422), TARGET, NOW));
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({
      ...TARGET,
      code: 'VENDOR_REJECTED',
      status: 422,
      reason: 'status_422',
      message: 'The vendor rejected the request (HTTP 422): size is too big',
      retryable: false,
      retryAfterSeconds: null,
    });
  });

  test('omits the vendor’s message of a 5xx response', () => {
    const error = thrownBy(() => assertOk(createResponse('{"message":"at com.vendor.Db.connect"}', 500), TARGET, NOW));
    expect(error).toMatchObject({ message: 'The vendor is unavailable (HTTP 500)', retryable: true });
  });

  test('reads the time to retry after from Retry-After', () => {
    const headers = { 'retry-after': 'Fri, 20 Nov 2026 09:31:00 GMT' };
    expect(thrownBy(() => assertOk(createResponse('', 429, headers), TARGET, NOW))).toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterSeconds: 60,
      retryable: true,
    });
  });

  test('rejects a redirect with the reason redirect', () => {
    const headers = { location: 'https://elsewhere.example/' };
    expect(thrownBy(() => assertOk(createResponse('', 302, headers), TARGET, NOW))).toMatchObject({
      code: 'VENDOR_BAD_RESPONSE',
      reason: 'redirect',
    });
  });

  test('returns a 2xx response unchanged', () => {
    const okResponse = createResponse('{}', 201);
    expect(assertOk(okResponse, TARGET, NOW)).toBe(okResponse);
  });
});

function toFields(error: VendorError): Record<string, unknown> {
  return Object.fromEntries(Object.entries(error));
}

test.each([{}, { status: 200, reason: 'sentence', retryAfterSeconds: 0, vendorMessage: 'Too often' }])(
  'copies an error with another time to retry after, and nothing else changed: %j',
  (details) => {
    const error = vendorError(TARGET, 'VENDOR_RATE_LIMITED', details);
    const before = toFields(error);
    const updated = withRetryAfter(error, 7);
    expect(updated).toBeInstanceOf(VendorError);
    expect([toFields(updated), updated.message]).toEqual([{ ...before, retryAfterSeconds: 7 }, error.message]);
    expect(toFields(error)).toEqual(before);
  },
);

describe('parseJson', () => {
  const schema = z.looseObject({ count: z.number() });

  test('returns the body of a response that fits the schema', () => {
    expect(parseJson(createResponse('{"count":3,"new":"field"}'), schema, TARGET)).toEqual({ count: 3, new: 'field' });
  });

  test('accepts a byte order mark at the beginning, and keeps the same character elsewhere', () => {
    expect(parseJson(createResponse('\uFEFF{"count":3}'), schema, TARGET)).toEqual({ count: 3 });
    expect(parseJson(createResponse('{"count":3,"name":"a\uFEFFb"}'), schema, TARGET)).toMatchObject({
      name: 'a\uFEFFb',
    });
  });

  test('ignores the content type, and takes the last of duplicate keys', () => {
    const page = createResponse('{"count":3,"count":4}', 200, { 'content-type': 'text/html' });
    expect(parseJson(page, schema, TARGET)).toEqual({ count: 4 });
  });

  test.each<[string, string | Buffer, string]>([
    ['a login page', '<!DOCTYPE html><title>Sign in</title>', 'malformed_json'],
    ['an empty body', '', 'malformed_json'],
    ['a cut body', '{"count":3', 'malformed_json'],
    ['a missing comma', '{"a":1 "count":3}', 'malformed_json'],
    ['not a number', '{"count":NaN}', 'malformed_json'],
    ['two documents', '{"count":3}{"count":4}', 'malformed_json'],
    ['UTF-16', Buffer.from('{"count":3}', 'utf16le'), 'malformed_json'],
    ['two byte order marks', '\uFEFF\uFEFF{"count":3}', 'malformed_json'],
    ['200,000 brackets', '['.repeat(200_000), 'malformed_json'],
    ['another type', '3', 'contract'],
    ['null', 'null', 'contract'],
    ['a field of another type', '{"count":"3"}', 'contract'],
    ['a missing field', '{}', 'contract'],
  ])('rejects %s as a bad response, without quoting it', (_name, body, reason) => {
    expect(thrownBy(() => parseJson(createResponse(body), schema, TARGET))).toMatchObject({
      ...TARGET,
      code: 'VENDOR_BAD_RESPONSE',
      reason,
      message: 'Unexpected response from the vendor',
      retryable: false,
    });
  });
});
