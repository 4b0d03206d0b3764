import { z } from 'zod';
import { type CallTarget, VendorError } from '../../domain/vendor-error.ts';

/** Why data is not whole: a VendorError as plain JSON, so that it can be kept beside what data there is. */
export const flaw = z.object({
  code: z.enum([
    'VENDOR_UNAVAILABLE',
    'VENDOR_TIMEOUT',
    'VENDOR_RATE_LIMITED',
    'VENDOR_AUTH_FAILED',
    'VENDOR_REJECTED',
    'VENDOR_BAD_RESPONSE',
    'NOT_FOUND',
  ]),
  message: z.string(),
  reason: z.string().nullable(),
  status: z.number().nullable(),
  retryAfterSeconds: z.number().nullable(),
  /** Whether asking again may mend it. */
  mayPass: z.boolean(),
});
export type Flaw = Readonly<z.infer<typeof flaw>>;

export function flawOf(error: VendorError): Flaw {
  const { code, message, reason, status, retryAfterSeconds, retryable: mayPass } = error;
  return { code, message, reason, status, retryAfterSeconds, mayPass };
}

export function errorOf({ code, message, reason, status, retryAfterSeconds }: Flaw, target: CallTarget): VendorError {
  return new VendorError(target, code, message, {
    ...(reason !== null && { reason }),
    ...(status !== null && { status }),
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
  });
}
