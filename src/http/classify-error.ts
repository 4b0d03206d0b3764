import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { vendorError } from './response.ts';

/** How far a call had come when it failed; `waiting` also once nobody waits for its answer any more. */
export type AttemptStage = 'waiting' | 'request' | 'body';

/** Why a signal was aborted, when the deadline of an attempt did it. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError';
}

/** The VendorError that a failed attempt amounts to, by Node's and undici's error codes. */
export function toVendorError(error: unknown, target: CallTarget, stage: AttemptStage): VendorError {
  if (error instanceof VendorError) return error;
  if (error instanceof AttemptTimeoutError) return vendorError(target, 'VENDOR_TIMEOUT', { reason: 'timeout_total' });
  const code = findErrorCode(error);
  // Before anything was sent only the caller's own signal can end a call, whatever reason it gives.
  if (stage === 'waiting') return vendorError(target, 'VENDOR_TIMEOUT', { reason: 'cancelled' });
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return vendorError(target, 'VENDOR_TIMEOUT', { reason: 'timeout_connect' });
  if (code === 'ENOTFOUND') return unavailableError(target, 'dns');
  if (code === 'EAI_AGAIN') return unavailableError(target, 'dns_temporary');
  if (/^(ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO_)|CERT/.test(code)) return unavailableError(target, 'tls');
  // undici's parser names its errors, but often gives them no code.
  if (hasName(error, 'HTTPParserError') || /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_)/.test(code)) {
    return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'malformed_http' });
  }
  // A header that cannot be sent, such as a token with a line break: no other attempt would fare better.
  if (code === 'UND_ERR_INVALID_ARG') return vendorError(target, 'VENDOR_REJECTED', { reason: 'unsendable' });
  // Whoever breaks off in the middle of an answer has answered, but badly.
  if (stage === 'body') return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'truncated' });
  return unavailableError(target, code === 'ECONNREFUSED' ? 'connect' : 'reset');
}

function unavailableError(target: CallTarget, reason: string): VendorError {
  return vendorError(target, 'VENDOR_UNAVAILABLE', { reason });
}

function hasName(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name;
}

function findErrorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? findErrorCode(error.cause) : '';
}
