import type { Clock } from '../../domain/clock.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { VendorResponse } from '../../http/types.ts';
import type { LivePersonConfig } from './config.ts';
import { authorizationHeader } from './oauth1.ts';

/** How far two clocks may be apart before one may be why a signature is refused. */
const MAX_CLOCK_SKEW_MS = MINUTE;

/** Proves who asks, for the attempts at one URL. */
export interface RequestSigner {
  /** The headers of one attempt. */
  readonly authorize: () => { readonly authorization: string };
  /**
   * Learns the vendor's time from a refusal that tells it (`Date`, RFC 9110, section 6.6.1), where that is not the time that was
   * signed with: OAuth 1 servers refuse timestamps far from their own (RFC 5849, section 3.3). Says whether it is worth another
   * attempt.
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
  // Milliseconds by which the vendor's clock is ahead of ours.
  let skewMs = 0;
  return (url) => {
    // What others have learned since does not help an attempt that was signed before.
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
