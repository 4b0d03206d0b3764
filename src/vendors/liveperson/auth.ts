import type { Clock } from '../../domain/clock.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { VendorResponse } from '../../http/types.ts';
import type { LivePersonConfig } from './config.ts';
import { authorizationHeader } from './oauth1.ts';

/** From this difference on, clock skew may be the reason of a rejected signature. */
const MAX_CLOCK_SKEW_MS = MINUTE;

/** Signs the attempts at one URL. */
export interface RequestSigner {
  /** Returns the headers of one attempt. */
  readonly authorize: () => { readonly authorization: string };
  /**
   * Corrects the clock skew by the `Date` of a 401 response (RFC 9110, section 6.6.1) that differs from the signed time: OAuth 1
   * servers reject timestamps far from their own (RFC 5849, section 3.3). Returns whether another attempt is worthwhile.
   */
  readonly correctClockSkew: (response: VendorResponse) => boolean;
}

/** Source: "OAuth 1.0 API Keys" on https://developers.liveperson.com */
export function createSigner(config: LivePersonConfig, clock: Clock): (url: URL) => RequestSigner {
  const credentials = {
    consumerKey: config.consumerKey,
    consumerSecret: config.consumerSecret.reveal(),
    token: config.accessToken.reveal(),
    tokenSecret: config.accessTokenSecret.reveal(),
  };
  // The vendor's clock is ahead of ours by this.
  let skewMs = 0;
  return (url) => {
    // A correction made after this attempt was signed does not apply to it.
    let signedAt = NaN;
    return {
      authorize: () => {
        signedAt = clock.now() + skewMs;
        return { authorization: authorizationHeader('GET', url, credentials, Math.floor(signedAt / SECOND)) };
      },
      correctClockSkew({ status, headers: { date } }) {
        const vendorTime = status === 401 && typeof date === 'string' ? Date.parse(date) : NaN;
        const isSkewed = Math.abs(vendorTime - signedAt) > MAX_CLOCK_SKEW_MS;
        if (isSkewed) skewMs = vendorTime - clock.now();
        return isSkewed;
      },
    };
  };
}
