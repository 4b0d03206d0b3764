import { expect, test } from '@jest/globals';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { createDataGap, dataGapSchema, mergeDataGaps, toDataGap, toVendorError } from './data-gap.ts';

const target = { vendor: 'KORE', account: 'kore-main', endpoint: 'agentstatusdetails' } as const;

const CODES: Readonly<Record<VendorErrorCode, boolean>> = {
  VENDOR_UNAVAILABLE: true,
  VENDOR_TIMEOUT: true,
  VENDOR_RATE_LIMITED: true,
  VENDOR_AUTH_FAILED: false,
  VENDOR_REJECTED: false,
  VENDOR_BAD_RESPONSE: false,
  NOT_FOUND: false,
};

test.each(Object.entries(CODES))('restores a VendorError with the code %s from its JSON form', (code, retryable) => {
  for (const details of [{}, { reason: 'status_503', status: 503, retryAfterSeconds: 7 }]) {
    const error = new VendorError(target, code as VendorErrorCode, 'Message for the caller', details);
    const stored = dataGapSchema.parse(JSON.parse(JSON.stringify(toDataGap(error))));
    expect(stored.retryable).toBe(retryable);
    const again = toVendorError(stored, target);
    expect(again).toMatchObject({ ...target, ...details, code });
    expect(toDataGap(again)).toEqual(toDataGap(error));
  }
});

test.each([
  {},
  { code: 'ANOTHER', message: '', reason: null, status: null, retryAfterSeconds: null, retryable: false },
])('rejects %j as the JSON form of a data gap', (other) => {
  expect(dataGapSchema.safeParse(other).success).toBe(false);
});

test('merges gaps into one error with all messages and the first gap’s code', () => {
  const first = { code: 'VENDOR_RATE_LIMITED', reason: 'status_429', status: 429, retryAfterSeconds: 17 } as const;
  const gaps = [
    { ...first, message: 'One is missing.', retryable: true },
    createDataGap('VENDOR_REJECTED', null, 'So is two.'),
  ];
  const errorOf = (list: typeof gaps) => {
    const gap = mergeDataGaps(list);
    return gap && toVendorError(gap, target);
  };
  expect(errorOf(gaps)).toMatchObject({ ...target, ...first, message: 'One is missing. So is two.' });
  expect(errorOf(gaps.slice(1))).toMatchObject({ ...target, code: 'VENDOR_REJECTED', reason: null, status: null });
  expect(errorOf([])).toBeNull();
});
