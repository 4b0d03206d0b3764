import type { Clock } from '../../domain/clock.ts';
import type { LivePersonConfig } from './config.ts';
import { authorization } from './oauth1.ts';

/** Makes the header that proves who asks, for one attempt at one URL. */
export type Signer = (url: URL) => { readonly authorization: string };

/** Source: "OAuth 1.0 API Keys" on https://developers.liveperson.com */
export function createSigner(config: LivePersonConfig, clock: Clock): Signer {
  const credentials = {
    consumerKey: config.consumerKey,
    consumerSecret: config.consumerSecret.reveal(),
    token: config.accessToken.reveal(),
    tokenSecret: config.accessTokenSecret.reveal(),
  };
  return (url) => ({ authorization: authorization('GET', url, credentials, Math.floor(clock.now() / 1000)) });
}
