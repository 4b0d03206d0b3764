import { type CallTarget, VendorError } from '../domain/vendor-error.ts';
import { BodyTooLargeError } from './dispatched-request.ts';
import { ProxyTunnelError } from './proxy-pool.ts';
import { vendorError } from './response.ts';

/** How far a call had come when it failed; `waiting` also applies after the caller aborted. */
export type AttemptStage = 'waiting' | 'request' | 'body';

/** The abort reason when an attempt's deadline has passed. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError';
}

/**
 * Converts the error of a failed attempt to a VendorError, by Node's and undici's error codes. `isStaleConnection`: the connection
 * had answered earlier requests.
 */
export function toVendorError(
  error: unknown,
  target: CallTarget,
  stage: AttemptStage,
  isStaleConnection = false,
): VendorError {
  if (error instanceof VendorError) return error;
  if (error instanceof AttemptTimeoutError) return vendorError(target, 'VENDOR_TIMEOUT', { reason: 'timeout_total' });
  if (error instanceof BodyTooLargeError) return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'too_large' });
  const code = findErrorCode(error);
  // Before anything was sent, only the caller's own signal can end a call, whatever its reason is.
  if (stage === 'waiting') return vendorError(target, 'VENDOR_TIMEOUT', { reason: 'cancelled' });
  // Only a proxy that does not answer CONNECT exceeds undici's timeout of headers.
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT') {
    return vendorError(target, 'VENDOR_TIMEOUT', { reason: 'timeout_connect' });
  }
  if (error instanceof ProxyTunnelError) return unavailableError(target, error.reason);
  if (code === 'ENOTFOUND') return unavailableError(target, 'dns');
  if (code === 'EAI_AGAIN') return unavailableError(target, 'dns_temporary');
  if (/^(ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO_)|CERT/.test(code)) return unavailableError(target, 'tls');
  // undici's parser sets an error name, but often no code.
  if (hasName(error, 'HTTPParserError') || /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_)/.test(code)) {
    return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'malformed_http' });
  }
  // A header that cannot be sent, such as a token with a line break. Another attempt would fail, too.
  if (code === 'UND_ERR_INVALID_ARG') return vendorError(target, 'VENDOR_REJECTED', { reason: 'unsendable' });
  // A connection lost mid-body is a bad response, not an unavailable vendor.
  if (stage === 'body') return vendorError(target, 'VENDOR_BAD_RESPONSE', { reason: 'truncated' });
  if (code === 'ECONNREFUSED') return unavailableError(target, 'connect');
  return unavailableError(target, isStaleConnection ? 'stale_connection' : 'reset');
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
