import { expect, test } from '@jest/globals';
import { VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';
import { toDataGapError, dataGapSchema, toDataGap } from './data-gap.ts';

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

test.each(Object.entries(CODES))('an error with the code %s survives being kept', (code, retryable) => {
  for (const details of [{}, { reason: 'status_503', status: 503, retryAfterSeconds: 7 }]) {
    const error = new VendorError(target, code as VendorErrorCode, 'What the caller is told', details);
    const kept = dataGapSchema.parse(JSON.parse(JSON.stringify(toDataGap(error))));
    expect(kept.retryable).toBe(retryable);
    const again = toDataGapError(kept, target);
    expect(again).toMatchObject({ ...target, ...details, code });
    expect(toDataGap(again)).toEqual(toDataGap(error));
  }
});

test.each([
  {},
  { code: 'ANOTHER', message: '', reason: null, status: null, retryAfterSeconds: null, retryable: false },
])('nothing else is taken for one: %j', (other) => {
  expect(dataGapSchema.safeParse(other).success).toBe(false);
});
