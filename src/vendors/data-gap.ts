import { z } from 'zod';
import { type CallTarget, VendorError } from '../domain/vendor-error.ts';

/** Why data is not whole: a VendorError as plain JSON, so that it can be kept beside what data there is. */
export const dataGapSchema = z.object({
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
  retryable: z.boolean(),
});
export type DataGap = Readonly<z.infer<typeof dataGapSchema>>;

export function toDataGap(error: VendorError): DataGap {
  const { code, message, reason, status, retryAfterSeconds, retryable: retryable } = error;
  return { code, message, reason, status, retryAfterSeconds, retryable };
}

export function toDataGapError(
  { code, message, reason, status, retryAfterSeconds }: DataGap,
  target: CallTarget,
): VendorError {
  return new VendorError(target, code, message, {
    ...(reason !== null && { reason }),
    ...(status !== null && { status }),
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
  });
}
