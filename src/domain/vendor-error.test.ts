import { expect, test } from '@jest/globals';
import { isNotFound, VendorError } from './vendor-error.ts';

const target = { vendor: 'VONAGE', account: 'vcc', endpoint: 'latestInteractions' } as const;

test('a VendorError has null for details that are unknown', () => {
  const error = new VendorError(target, 'VENDOR_UNAVAILABLE', 'The vendor is unavailable');
  expect(error).toMatchObject({ reason: null, status: null, retryAfterSeconds: null });
});

test.each([
  ['VENDOR_UNAVAILABLE', true],
  ['VENDOR_TIMEOUT', true],
  ['VENDOR_RATE_LIMITED', true],
  ['VENDOR_AUTH_FAILED', false],
  ['VENDOR_REJECTED', false],
  ['VENDOR_BAD_RESPONSE', false],
  ['NOT_FOUND', false],
] as const)('reports whether %s is retryable: %p', (code, retryable) => {
  const error = new VendorError({ vendor: 'KORE', account: 'a', endpoint: 'e' }, code, 'no');
  expect(error.retryable).toBe(retryable);
  expect(isNotFound(error)).toBe(code === 'NOT_FOUND');
});
