import type { FetchImplementation } from 'jose';
import type { ApiKeyConfig, AuthConfig, JwtConfig } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { mapValue, type MaybePromise } from '../domain/maybe-promise.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { createApiKeyVerifier } from './api-keys.ts';
import { createJwtVerifier, type JwtVerifier } from './jwt.ts';
import type { AuthFailureReason, ServerMetrics } from './ports.ts';

/** Why authentication failed. For logs and metrics only: the response must not help a caller who guesses. */
export interface AuthFailure {
  readonly failure: AuthFailureReason;
}

/** Identifies the caller by the request's Authorization header, at once where nothing has to be fetched or verified. */
export type Authenticator = (
  authorization: string | undefined,
  clientAddress: string,
) => MaybePromise<Caller | AuthFailure>;

const MAX_TOKEN_LENGTH = 8192;

export interface AuthenticatorOptions {
  readonly clock: Clock;
  readonly metrics: Pick<ServerMetrics, 'authFailure'>;
  /** Fetches the issuer's keys; defaults to the runtime's `fetch`. */
  readonly fetch?: FetchImplementation;
  /** Returns the caller of a configured key; absent: a new one. */
  readonly toKeyCaller?: ((key: ApiKeyConfig) => Caller) | undefined;
  /** Returns the verifier of tokens; absent: a new one. */
  readonly toJwtVerifier?: ((jwt: JwtConfig) => JwtVerifier) | undefined;
}

/** Creates the authenticator. Without an `auth` configuration, every caller that can reach the gateway has full access. */
export function createAuthenticator(auth: AuthConfig | undefined, options: AuthenticatorOptions): Authenticator {
  if (!auth) return () => anonymousCaller;
  const { clock, fetch: fetchKeys = fetch, toKeyCaller } = options;
  const { toJwtVerifier = (jwt: JwtConfig) => createJwtVerifier(jwt, clock, fetchKeys) } = options;
  const verifyApiKey = createApiKeyVerifier(auth.apiKeys ?? [], toKeyCaller);
  const verifyJwt = auth.jwt && toJwtVerifier(auth.jwt);

  function identifyCaller(authorization: string | undefined): MaybePromise<Caller | AuthFailureReason> {
    if (!authorization) return 'missing';
    const token = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];
    if (!token) return 'malformed_header';
    if (token.length > MAX_TOKEN_LENGTH) return 'too_long';
    const isJwt = token.split('.').length === 3;
    return verifyApiKey(token) ?? (isJwt && verifyJwt ? verifyJwt(token) : 'unknown_key');
  }

  function countFailure(caller: Caller | AuthFailureReason): Caller | AuthFailure {
    if (typeof caller !== 'string') return caller;
    options.metrics.authFailure(caller);
    return { failure: caller };
  }

  return (authorization) => mapValue(identifyCaller(authorization), countFailure);
}
