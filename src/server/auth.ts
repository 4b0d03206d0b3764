import type { FetchImplementation } from 'jose';
import type { AuthConfig } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { createApiKeyVerifier } from './api-keys.ts';
import { createJwtVerifier } from './jwt.ts';
import type { AuthFailureReason, ServerMetrics } from './ports.ts';

/** Why nobody was recognised; for logs only, since a caller who guesses must learn nothing. */
export interface AuthFailure {
  readonly failure: AuthFailureReason;
}

/** Tells who asks by the request's Authorization header. */
export type Authenticator = (authorization: string | undefined) => Promise<Caller | AuthFailure>;

const MAX_TOKEN_LENGTH = 8192;

export interface AuthenticatorOptions {
  readonly clock: Clock;
  readonly metrics: Pick<ServerMetrics, 'authFailure'>;
  /** How the issuer's keys are fetched; the runtime's own when absent. */
  readonly fetch?: FetchImplementation;
}

/** Without a configuration everybody who can reach the gateway may everything. */
export function createAuthenticator(auth: AuthConfig | undefined, options: AuthenticatorOptions): Authenticator {
  if (!auth) return () => Promise.resolve(anonymousCaller);
  const verifyApiKey = createApiKeyVerifier(auth.apiKeys ?? []);
  const verifyJwt = auth.jwt && createJwtVerifier(auth.jwt, options.clock, options.fetch ?? fetch);

  async function identifyCaller(authorization: string | undefined): Promise<Caller | AuthFailureReason> {
    if (!authorization) return 'missing';
    const token = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];
    if (!token) return 'malformed';
    if (token.length > MAX_TOKEN_LENGTH) return 'too_long';
    const isJwt = token.split('.').length === 3;
    return verifyApiKey(token) ?? (isJwt && verifyJwt ? verifyJwt(token) : 'unknown_key');
  }

  return async (authorization) => {
    const caller = await identifyCaller(authorization);
    if (typeof caller !== 'string') return caller;
    options.metrics.authFailure(caller);
    return { failure: caller };
  };
}
