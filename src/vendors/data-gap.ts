import { z } from 'zod';
import { type CallTarget, VendorError, type VendorErrorCode } from '../domain/vendor-error.ts';

/** Why data is incomplete: a VendorError as plain JSON, so that it can be cached next to the data. */
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
  /** Whether another request may close the gap. */
  retryable: z.boolean(),
});
export type DataGap = Readonly<z.infer<typeof dataGapSchema>>;

/** A gap that no call caused, such as a limit of the gateway. A repeated request has the same gap. */
export function createDataGap(code: VendorErrorCode, reason: string | null, message: string): DataGap {
  return { code, message, reason, status: null, retryAfterSeconds: null, retryable: false };
}

export function toDataGap(error: VendorError): DataGap {
  const { code, message, reason, status, retryAfterSeconds, retryable } = error;
  return { code, message, reason, status, retryAfterSeconds, retryable };
}

export function toVendorError(
  { code, message, reason, status, retryAfterSeconds }: DataGap,
  target: CallTarget,
): VendorError {
  return new VendorError(target, code, message, {
    ...(reason !== null && { reason }),
    ...(status !== null && { status }),
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
  });
}

/** One gap with the messages of all; everything else is the first one's. Null when there are none. */
export function mergeDataGaps(gaps: readonly DataGap[]): DataGap | null {
  const [first] = gaps;
  return first === undefined ? null : { ...first, message: gaps.map(({ message }) => message).join(' ') };
}
