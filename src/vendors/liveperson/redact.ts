import { Secret } from '../../config/secret.ts';
import type { VendorResponse } from '../../http/types.ts';
import { redactSecrets } from '../redact.ts';
import type { LivePersonConfig } from './config.ts';
import { percentEncode } from './oauth1.ts';

/** A value of an `Authorization` header behind its name, as in the header, in JSON, in a form, or encoded once more. */
const QUOTED_OAUTH_PARAMETER =
  /(oauth_(?:consumer_key|token|signature|nonce|timestamp)[\\"'\s]*(?:[=:]|%3[AD])[\\"'\s]*)[^\s,&;"'\\]+/gi;

/** Makes of an error reply one that quotes neither the account's secrets nor the header that was sent. */
export function createRedactor(config: LivePersonConfig): (response: VendorResponse) => VendorResponse {
  const { consumerSecret, accessToken, accessTokenSecret } = config;
  // A header spells them in a way of its own, which a server may quote apart from their names.
  const secrets = [consumerSecret, accessToken, accessTokenSecret].flatMap((secret) => [
    secret,
    new Secret(percentEncode(secret.reveal())),
  ]);
  return (response) => {
    if (response.status < 400) return response;
    const { body, ...rest } = redactSecrets(response, secrets);
    return { ...rest, body: Buffer.from(body.toString('utf8').replace(QUOTED_OAUTH_PARAMETER, '$1[secret]')) };
  };
}
