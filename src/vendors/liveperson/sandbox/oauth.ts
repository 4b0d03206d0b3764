import { createHmac } from 'node:crypto';
import type { Instant } from '../../../domain/clock.ts';
import type { SandboxRequest } from '../../sandbox.ts';

/** The four parts of a LivePerson API key. */
export interface ApiKey {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessTokenSecret: string;
}

/** Why a request is rejected, in the terms of the OAuth Problem Reporting extension. */
export interface OAuthProblem {
  readonly problem: string;
  readonly advice: string;
}

type OAuthParameter = readonly [name: string, value: string];

const MAX_CLOCK_SKEW_MS = 5 * 60_000;
const REQUIRED_PARAMETERS = [
  'oauth_consumer_key',
  'oauth_token',
  'oauth_signature_method',
  'oauth_timestamp',
  'oauth_nonce',
];

/**
 * Creates a verifier of requests after RFC 5849, section 3.2, with HMAC-SHA1 and the parameters in the Authorization header. It
 * stores nonces for as long as their timestamps are accepted.
 *
 * @returns the problem of a request, or null when it is signed correctly
 */
export function createVerifier(key: ApiKey, now: () => Instant): (request: SandboxRequest) => OAuthProblem | null {
  const seen = new Map<string, Instant>();

  return (request) => {
    const header = parseAuthorizationHeader(request.headers.authorization ?? '');
    if (header === null) return { problem: 'parameter_rejected', advice: 'the Authorization header is malformed' };

    const values = new Map(header);
    if (values.size < header.length) return { problem: 'parameter_rejected', advice: 'a parameter is given twice' };
    const missing = [...REQUIRED_PARAMETERS, 'oauth_signature'].filter((name) => !values.has(name));
    if (missing.length > 0) return { problem: 'parameter_absent', advice: `missing: ${missing.join(', ')}` };

    if ((values.get('oauth_version') ?? '1.0') !== '1.0') {
      return { problem: 'version_rejected', advice: 'oauth_version must be 1.0' };
    }
    if (values.get('oauth_signature_method') !== 'HMAC-SHA1') {
      return { problem: 'signature_method_rejected', advice: 'use HMAC-SHA1' };
    }
    if (values.get('oauth_consumer_key') !== key.consumerKey) {
      return { problem: 'consumer_key_unknown', advice: 'the oauth_consumer_key is unknown' };
    }
    if (values.get('oauth_token') !== key.accessToken) {
      return { problem: 'token_rejected', advice: 'the oauth_token is unacceptable to the Service Provider' };
    }
    const signedParameters = header.filter(([name]) => name !== 'realm' && name !== 'oauth_signature');
    if (values.get('oauth_signature') !== computeSignature(request.method, request.url, signedParameters, key)) {
      return { problem: 'signature_invalid', advice: 'the signature does not match the request' };
    }

    const timestamp = values.get('oauth_timestamp') ?? '';
    const signedAt = /^[1-9]\d*$/.test(timestamp) ? Number(timestamp) * 1000 : NaN;
    if (!(Math.abs(now() - signedAt) <= MAX_CLOCK_SKEW_MS)) {
      return { problem: 'timestamp_refused', advice: 'oauth_timestamp is too far from the time of the server' };
    }
    // Nonces are in the order of their arrival. Stopping at the first one in use makes the sweep cost only what it removes.
    for (const [use, at] of seen) {
      if (at >= now() - MAX_CLOCK_SKEW_MS) break;
      seen.delete(use);
    }
    const use = `${timestamp} ${values.get('oauth_nonce') ?? ''}`;
    if (seen.has(use)) return { problem: 'nonce_used', advice: 'the oauth_nonce was used before' };
    seen.set(use, signedAt);
    return null;
  };
}

/** Computes the signature (RFC 5849, section 3.4.2); `parameters` are those of the header, without realm and oauth_signature. */
export function computeSignature(
  method: string,
  url: URL,
  parameters: readonly OAuthParameter[],
  secrets: Pick<ApiKey, 'consumerSecret' | 'accessTokenSecret'>,
): string {
  const key = `${percentEncode(secrets.consumerSecret)}&${percentEncode(secrets.accessTokenSecret)}`;
  return createHmac('sha1', key)
    .update(signatureBaseString(method, url, parameters))
    .digest('base64');
}

/** Builds the signature base string (RFC 5849, section 3.4.1); `parameters` are those outside the URL. */
export function signatureBaseString(method: string, url: URL, parameters: readonly OAuthParameter[]): string {
  // WHATWG URLs are already in lower case and omit the scheme's default port.
  const uri = `${url.protocol}//${url.host}${url.pathname}`;
  const pairs = [...url.searchParams, ...parameters].map(([name, value]): OAuthParameter => [
    percentEncode(name),
    percentEncode(value),
  ]);
  const normalized = pairs
    .toSorted(([a, v], [b, w]) => compareCodeUnits(a, b) || compareCodeUnits(v, w))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return [method.toUpperCase(), uri, normalized].map(percentEncode).join('&');
}

/** Encodes everything but the unreserved characters, in upper-case hex (RFC 5849, section 3.6). */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Parses the header (RFC 5849, section 3.5.1); null when it is malformed, empty for another scheme or without one. */
function parseAuthorizationHeader(header: string): OAuthParameter[] | null {
  const list = /^OAuth\s+(.*)$/is.exec(header.trim())?.[1];
  if (list === undefined) return [];
  try {
    return list.split(',').map((item): OAuthParameter => {
      const match = /^\s*([^\s="]+)="([^"]*)"\s*$/.exec(item);
      if (match === null) throw new URIError(item);
      return [decodeURIComponent(match[1] ?? ''), decodeURIComponent(match[2] ?? '')];
    });
  } catch {
    return null;
  }
}

// Escaped text is ASCII, so the order of UTF-16 units is the order of bytes that the RFC requires.
function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
