import { InvalidInputError } from '../domain/invalid-input-error.ts';
import { VendorError } from '../domain/vendor-error.ts';
import type { LocateSource } from './source-locator.ts';

/** The parts of an error that may be logged. */
export interface SerializedError {
  readonly name: string;
  readonly code?: string;
  readonly vendor?: string;
  readonly account?: string;
  readonly endpoint?: string;
  readonly reason?: string;
  readonly status?: number;
  /** Only of the gateway's own errors, whose messages are safe to show. */
  readonly message?: string;
  /** The innermost position in the gateway's own code. */
  readonly at?: string;
}

/** Serializes an error by an allow-list: messages and stacks of other libraries' errors may contain URLs, headers or tokens. */
export function serializeError(error: unknown, locateSource: LocateSource): SerializedError {
  if (error instanceof VendorError) {
    const { name, code, vendor, account, endpoint, reason, status, message } = error;
    return { name, code, vendor, account, endpoint, message, ...(reason && { reason }), ...(status && { status }) };
  }
  if (typeof error !== 'object' || error === null) return { name: typeof error };
  const { name, code, stack, message } = error as Record<string, unknown>;
  const at = typeof stack === 'string' ? locateSource(stack) : null;
  return {
    name: isIdentifier(name) ? name : 'Error',
    ...(isIdentifier(code) && { code }),
    ...(error instanceof InvalidInputError && typeof message === 'string' && { message }),
    ...(at && { at }),
  };
}

/** Whether a value is an identifier such as `ECONNREFUSED`: too short and too plain to contain a secret. */
function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z_]{1,64}$/.test(value);
}
