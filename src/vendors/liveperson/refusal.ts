import { Secret } from '../../config/secret.ts';
import type { VendorReply } from '../../http/call.ts';
import { withoutSecrets } from '../redact.ts';
import type { LivePersonConfig } from './config.ts';
import { encode } from './oauth1.ts';

/** A value of an `Authorization` header behind its name, as in the header, in JSON, in a form, or encoded once more. */
const QUOTED =
  /(oauth_(?:consumer_key|token|signature|nonce|timestamp)[\\"'\s]*(?:[=:]|%3[AD])[\\"'\s]*)[^\s,&;"'\\]+/gi;

/** Makes of an error reply one that quotes neither the account's secrets nor the header that was sent. */
export function createRedaction(config: LivePersonConfig): (reply: VendorReply) => VendorReply {
  const { consumerSecret, accessToken, accessTokenSecret } = config;
  // A header spells them in a way of its own, which a server may quote apart from their names.
  const secrets = [consumerSecret, accessToken, accessTokenSecret].flatMap((one) => [
    one,
    new Secret(encode(one.reveal())),
  ]);
  return (reply) => {
    if (reply.status < 400) return reply;
    const { body, ...rest } = withoutSecrets(reply, secrets);
    return { ...rest, body: Buffer.from(body.toString('utf8').replace(QUOTED, '$1[secret]')) };
  };
}
