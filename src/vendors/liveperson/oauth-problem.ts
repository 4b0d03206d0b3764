import type { CallTarget, VendorError } from '../../domain/vendor-error.ts';
import { vendorError } from '../../http/response.ts';
import type { VendorResponse } from '../../http/types.ts';
import { extractVendorMessage } from '../../http/vendor-message.ts';

/** The values that OAuth Problem Reporting defines: http://wiki.oauth.net/w/page/12238543/ProblemReporting */
const KNOWN_PROBLEMS: ReadonlySet<string> = new Set([
  'version_rejected',
  'parameter_absent',
  'parameter_rejected',
  'timestamp_refused',
  'nonce_used',
  'signature_method_rejected',
  'signature_invalid',
  'consumer_key_unknown',
  'consumer_key_rejected',
  'consumer_key_refused',
  'token_used',
  'token_expired',
  'token_revoked',
  'token_rejected',
  'permission_unknown',
  'permission_denied',
]);

/**
 * Converts a 401 or 403 that names a known OAuth problem to VENDOR_AUTH_FAILED with the reason `oauth_` and the problem; null for
 * any other response, which has no secret any more. The problem arrives as a form (`oauth_problem=token_rejected&…`), of which
 * nothing else is shown, or in a field of JSON.
 * Source: https://github.com/LivePersonInc/developer-center/issues/193
 */
export function oauthProblemError({ status, body }: VendorResponse, target: CallTarget): VendorError | null {
  if (status !== 401 && status !== 403) return null;
  const problem = /oauth_problem=([a-z_]{1,40})/.exec(body.toString('utf8'))?.[1];
  if (problem === undefined || !KNOWN_PROBLEMS.has(problem)) return null;
  return vendorError(target, 'VENDOR_AUTH_FAILED', {
    status,
    reason: `oauth_${problem}`,
    vendorMessage: extractVendorMessage(body) ?? problem,
  });
}

/** Throws the error of a response that names an OAuth problem. */
export function assertNoOAuthProblem(response: VendorResponse, target: CallTarget): void {
  const error = oauthProblemError(response, target);
  if (error) throw error;
}
