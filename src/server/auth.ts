import type { FetchImplementation } from 'jose';
import type { AuthConfig } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import type { AuthFailureReason } from '../observability/labels.ts';
import type { Metrics } from '../observability/metrics.ts';
import { anybody, type Caller } from '../request/caller.ts';
import { createApiKeys } from './api-keys.ts';
import { createJwtVerifier } from './jwt.ts';

/** Why nobody was recognised; for logs only, since a caller who guesses must learn nothing. */
export interface AuthFailure {
  readonly failure: AuthFailureReason;
}

/** Tells who asks by the request's Authorization header. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller | AuthFailure>;

const LONGEST_TOKEN = 8192;

export interface AuthParts {
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'authFailure'>;
  /** How the issuer's keys are fetched; the runtime's own when absent. */
  readonly fetch?: FetchImplementation;
}

/** Without a configuration everybody who can reach the gateway may everything. */
export function createAuthenticator(auth: AuthConfig | undefined, parts: AuthParts): Authenticate {
  if (!auth) return () => Promise.resolve(anybody);
  const findKey = createApiKeys(auth.apiKeys ?? []);
  const verifyJwt = auth.jwt && createJwtVerifier(auth.jwt, parts.clock, parts.fetch ?? fetch);

  async function recognise(authorization: string | undefined): Promise<Caller | AuthFailureReason> {
    if (!authorization) return 'missing';
    const token = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];
    if (!token) return 'malformed';
    if (token.length > LONGEST_TOKEN) return 'too_long';
    const isJwt = token.split('.').length === 3;
    return findKey(token) ?? (isJwt && verifyJwt ? verifyJwt(token) : 'unknown_key');
  }

  return async (authorization) => {
    const caller = await recognise(authorization);
    if (typeof caller !== 'string') return caller;
    parts.metrics.authFailure(caller);
    return { failure: caller };
  };
}
