import { createHmac, randomBytes } from 'node:crypto';

/** The four parts of an API key. */
export interface Credentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string;
  readonly tokenSecret: string;
}

type Parameter = readonly [name: string, value: string];

/**
 * The value of an `Authorization` header for one attempt at one URL (OAuth 1.0a, RFC 5849, HMAC-SHA1). The URL's own host and
 * query are part of what is signed, and the nonce must never be used twice: a header is good for nothing but the request
 * that it was made for.
 */
export function authorization(
  method: string,
  url: URL,
  credentials: Credentials,
  epochSeconds: number,
  nonce: string = randomBytes(16).toString('hex'),
): string {
  const parameters: readonly Parameter[] = [
    ['oauth_consumer_key', credentials.consumerKey],
    ['oauth_token', credentials.token],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(epochSeconds)],
    ['oauth_nonce', nonce],
    ['oauth_version', '1.0'],
  ];
  const signed: Parameter = ['oauth_signature', signature(method, url, parameters, credentials)];
  return `OAuth ${[...parameters, signed].map(([name, value]) => `${name}="${encode(value)}"`).join(', ')}`;
}

/** RFC 5849, section 3.4: HMAC-SHA1 over method, address and all parameters, those of the query included. */
export function signature(
  method: string,
  url: URL,
  parameters: readonly Parameter[],
  secrets: Pick<Credentials, 'consumerSecret' | 'tokenSecret'>,
): string {
  const encoded = [...url.searchParams, ...parameters].map(([name, value]) => [encode(name), encode(value)] as const);
  const normalized = encoded
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  // `host` holds a port exactly where the RFC wants one: when it is not the scheme's own.
  const address = `${url.protocol}//${url.host}${url.pathname}`;
  const base = [method.toUpperCase(), address, normalized].map(encode).join('&');
  const key = `${encode(secrets.consumerSecret)}&${encode(secrets.tokenSecret)}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

/** RFC 5849, section 3.6: everything but letters, digits and `-._~`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** By bytes, which for encoded text are its characters. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
