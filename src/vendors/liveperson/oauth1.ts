import { createHmac, randomBytes } from 'node:crypto';
import { compareTexts } from '../../domain/compare-texts.ts';

/** The four parts of an API key. */
export interface OAuthCredentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string;
  readonly tokenSecret: string;
}

type OAuthParameter = readonly [name: string, value: string];

/**
 * Returns the value of the `Authorization` header for one attempt at one URL (OAuth 1.0a, RFC 5849, HMAC-SHA1). The signature
 * covers the URL's host and query, and a nonce must not be used twice, so a header is valid for one request only.
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

/** Computes the signature of RFC 5849, section 3.4: HMAC-SHA1 over method, URL and all parameters, including those of the query. */
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
    .sort(([a, x], [b, y]) => compareTexts(a, b) || compareTexts(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  // `host` has a port exactly when the RFC requires one: when it is not the scheme's default.
  const baseUri = `${url.protocol}//${url.host}${url.pathname}`;
  const signatureBase = [method.toUpperCase(), baseUri, normalized].map(percentEncode).join('&');
  const key = `${percentEncode(secrets.consumerSecret)}&${percentEncode(secrets.tokenSecret)}`;
  return createHmac('sha1', key).update(signatureBase).digest('base64');
}

/** Encodes everything but letters, digits and `-._~` (RFC 5849, section 3.6). */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
