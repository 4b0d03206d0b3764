import type { Account } from '../domain/account.ts';
import { toCallTarget } from '../domain/call-target.ts';
import type { VendorError } from '../domain/vendor-error.ts';
import { vendorError } from '../http/response.ts';
import type { ReadOutcome } from './freshness.ts';
import type { HolderWait } from './leased-fetch.ts';
import { type QuotaWaitOptions, type WaitingRequest, waitInTurn } from './quota-wait.ts';
import type { Entry } from './store.ts';

/**
 * What readers get while another process fetches their keys: what is known, as soon as that process waits for the rate limit;
 * and an error at their own deadline, where nothing is known.
 */
export function createHolderWait(
  options: QuotaWaitOptions & { readonly account: Account },
  request: WaitingRequest,
  stale: ReadonlyMap<string, Entry>,
): HolderWait<ReadOutcome> {
  const { account, freshness } = options;
  const { control } = request;
  const target = toCallTarget(account, request.namespace.endpoint);
  const toError = (seconds: number | undefined): VendorError =>
    seconds === undefined
      ? vendorError(target, 'VENDOR_TIMEOUT', { reason: 'timeout_total' })
      : vendorError(target, 'VENDOR_RATE_LIMITED', { reason: 'quota_local', retryAfterSeconds: seconds });
  return {
    waitUntilMs: (id) => control.waitUntilMs([id]),
    onHolderWaits(id, seconds) {
      waitInTurn(options, request, [id], stale).onQuotaWait?.(() => toError(seconds));
    },
    onHolderStarts(id) {
      control.endWaiting([id]);
    },
    giveUp: (ids, waitSeconds) =>
      new Map(
        ids.map((id) => {
          const outcome = freshness.staleIfError(toError(waitSeconds.get(id)), stale.get(id));
          control.settleKey(id, outcome);
          return [id, outcome];
        }),
      ),
  };
}
