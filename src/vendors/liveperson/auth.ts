import type { Clock } from '../../domain/clock.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { VendorReply } from '../../http/call.ts';
import type { LivePersonConfig } from './config.ts';
import { authorization } from './oauth1.ts';

/** How far two clocks may be apart before one may be why a signature is refused. */
const TOLERANCE = MINUTE;

/** Proves who asks, for the attempts at one URL. */
export interface Signing {
  /** The headers of one attempt. */
  readonly authorize: () => { readonly authorization: string };
  /**
   * Learns the vendor's time from a refusal that tells it (`Date`, RFC 9110, section 6.6.1), where that is not the time that was
   * signed with: OAuth 1 servers refuse timestamps far from their own (RFC 5849, section 3.3). Says whether it is worth another
   * attempt.
   */
  readonly learnsFrom: (refusal: VendorReply) => boolean;
}

/** Source: "OAuth 1.0 API Keys" on https://developers.liveperson.com */
export function createSigner(config: LivePersonConfig, clock: Clock): (url: URL) => Signing {
  const credentials = {
    consumerKey: config.consumerKey,
    consumerSecret: config.consumerSecret.reveal(),
    token: config.accessToken.reveal(),
    tokenSecret: config.accessTokenSecret.reveal(),
  };
  // Milliseconds by which the vendor's clock is ahead of ours.
  let ahead = 0;
  return (url) => {
    // What others have learned since does not help an attempt that was signed before.
    let signedWith = NaN;
    return {
      authorize: () => {
        signedWith = clock.now() + ahead;
        return { authorization: authorization('GET', url, credentials, Math.floor(signedWith / SECOND)) };
      },
      learnsFrom({ status, headers: { date } }) {
        const told = status === 401 && typeof date === 'string' ? Date.parse(date) : NaN;
        const isFar = Math.abs(told - signedWith) > TOLERANCE;
        if (isFar) ahead = told - clock.now();
        return isFar;
      },
    };
  };
}
