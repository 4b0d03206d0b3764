import { Secret } from '../../config/secret.ts';
import type { VendorResponse } from '../../http/types.ts';
import { headerSecrets, redactSecrets } from '../redact.ts';
import type { LivePersonConfig } from './config.ts';
import { percentEncode } from './oauth1.ts';

/** A parameter of an `Authorization` header with its name: as in the header, in JSON, in a form, or encoded again. */
const QUOTED_OAUTH_PARAMETER =
  /(oauth_(?:consumer_key|token|signature|nonce|timestamp)[\\"'\s]*(?:[=:]|%3[AD])[\\"'\s]*)[^\s,&;"'\\]+/gi;

/** Redacts the account's secrets and the sent header in error responses. */
export function createRedactor(config: LivePersonConfig): (response: VendorResponse) => VendorResponse {
  const { consumerSecret, accessToken, accessTokenSecret } = config;
  // A header has the secrets percent-encoded, and a server may quote them without their names.
  const secrets = [consumerSecret, accessToken, accessTokenSecret, ...headerSecrets(config)].flatMap((secret) => [
    secret,
    new Secret(percentEncode(secret.reveal())),
  ]);
  return (response) => {
    if (response.status < 400) return response;
    const { body, ...rest } = redactSecrets(response, secrets);
    return { ...rest, body: Buffer.from(body.toString('utf8').replace(QUOTED_OAUTH_PARAMETER, '$1[secret]')) };
  };
}
