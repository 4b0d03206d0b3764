import { expect, test } from '@jest/globals';
import { VendorError, type VendorErrorCode } from '../../domain/vendor-error.ts';
import { errorOf, flaw, flawOf } from './flaw.ts';

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

test.each(Object.entries(CODES))('an error with the code %s survives being kept', (code, mayPass) => {
  for (const details of [{}, { reason: 'status_503', status: 503, retryAfterSeconds: 7 }]) {
    const error = new VendorError(target, code as VendorErrorCode, 'What the caller is told', details);
    const kept = flaw.parse(JSON.parse(JSON.stringify(flawOf(error))));
    expect(kept.mayPass).toBe(mayPass);
    const again = errorOf(kept, target);
    expect(again).toMatchObject({ ...target, ...details, code });
    expect(flawOf(again)).toEqual(flawOf(error));
  }
});

test.each([{}, { code: 'ANOTHER', message: '', reason: null, status: null, retryAfterSeconds: null, mayPass: false }])(
  'nothing else is taken for one: %j',
  (other) => {
    expect(flaw.safeParse(other).success).toBe(false);
  },
);
