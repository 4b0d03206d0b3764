import type { TraceSpan } from '../domain/trace-span.ts';
import { type CallTarget, isNotFound, type VendorError } from '../domain/vendor-error.ts';
import type { VendorRequest } from './types.ts';

/** An attempt whose turn has come. */
export interface StartedAttempt {
  readonly request: VendorRequest;
  readonly target: CallTarget;
  /** How many attempts at the call were made before. */
  readonly resendCount: number;
  /** How long it has waited for a slot and the rate limit. */
  readonly waitedMs: number;
}

/**
 * Starts the span of an attempt, with the attributes of an HTTP client
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client). Without `url.full`: the path and the query of a vendor's
 * URL name agents and accounts, and those of a file link are a credential. The endpoint takes its place.
 */
export function startAttemptSpan(
  parent: TraceSpan,
  { request, target, resendCount, waitedMs }: StartedAttempt,
): TraceSpan {
  const { method, url, keys = 1 } = request;
  const { account, vendor, endpoint } = target;
  return parent.startChild(`${method} ${endpoint}`, 'client', {
    'http.request.method': method,
    'http.request.resend_count': resendCount > 0 ? resendCount : undefined,
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    'switchboard.account': account,
    'switchboard.vendor': vendor,
    'switchboard.endpoint': endpoint,
    'switchboard.keys': keys,
    'switchboard.wait_ms': Math.round(waitedMs),
  });
}

/** That an agent does not exist at the vendor is an answer; the span of an abandoned call is neither a success nor a failure of the vendor. */
export function endAttemptSpan(
  span: TraceSpan,
  status: number | null,
  { outcome, error }: { readonly outcome: string; readonly error: VendorError | null },
): void {
  if (status !== null) span.setAttributes({ 'http.response.status_code': status });
  if (outcome !== 'OK') span.setAttributes({ 'switchboard.outcome': outcome });
  if (outcome !== 'OK' && !(error && isNotFound(error))) span.fail(toErrorType(status, outcome, error));
  span.end();
}

/** The status where that is the failure, else the reason, or the code. */
function toErrorType(status: number | null, outcome: string, error: VendorError | null): string {
  if (status !== null && status >= 400) return String(status);
  return error?.reason ?? outcome;
}
