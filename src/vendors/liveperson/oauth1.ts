import { createHmac, randomBytes } from 'node:crypto';

/** The four parts of an API key. */
export interface OAuthCredentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string;
  readonly tokenSecret: string;
}

type OAuthParameter = readonly [name: string, value: string];

/**
 * The value of an `Authorization` header for one attempt at one URL (OAuth 1.0a, RFC 5849, HMAC-SHA1). The URL's own host and
 * query are part of what is signed, and the nonce must never be used twice: a header is good for nothing but the request
 * that it was made for.
 */
export function authorizationHeader(
  method: string,
  url: URL,
  credentials: OAuthCredentials,
  epochSeconds: number,
  nonce: string = randomBytes(16).toString('hex'),
): string {
  const parameters: readonly OAuthParameter[] = [
    ['oauth_consumer_key', credentials.consumerKey],
    ['oauth_token', credentials.token],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(epochSeconds)],
    ['oauth_nonce', nonce],
    ['oauth_version', '1.0'],
  ];
  const signatureParameter: OAuthParameter = [
    'oauth_signature',
    computeSignature(method, url, parameters, credentials),
  ];
  return `OAuth ${[...parameters, signatureParameter].map(([name, value]) => `${name}="${percentEncode(value)}"`).join(', ')}`;
}

/** RFC 5849, section 3.4: HMAC-SHA1 over method, address and all parameters, those of the query included. */
export function computeSignature(
  method: string,
  url: URL,
  parameters: readonly OAuthParameter[],
  secrets: Pick<OAuthCredentials, 'consumerSecret' | 'tokenSecret'>,
): string {
  const encoded = [...url.searchParams, ...parameters].map(
    ([name, value]) => [percentEncode(name), percentEncode(value)] as const,
  );
  const normalized = encoded
    .sort(([a, x], [b, y]) => compareCodeUnits(a, b) || compareCodeUnits(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  // `host` holds a port exactly where the RFC wants one: when it is not the scheme's own.
  const baseUri = `${url.protocol}//${url.host}${url.pathname}`;
  const signatureBase = [method.toUpperCase(), baseUri, normalized].map(percentEncode).join('&');
  const key = `${percentEncode(secrets.consumerSecret)}&${percentEncode(secrets.tokenSecret)}`;
  return createHmac('sha1', key).update(signatureBase).digest('base64');
}

/** RFC 5849, section 3.6: everything but letters, digits and `-._~`. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** By bytes, which for encoded text are its characters. */
function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
