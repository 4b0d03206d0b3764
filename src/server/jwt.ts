import { errors, type FetchImplementation, type JWTPayload, jwtVerify } from 'jose';
import { type JwtConfig, type Scope, SCOPES } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Caller } from '../request/caller.ts';
import { createRemoteJwks, JwksUnavailableError } from './jwks.ts';
import type { AuthFailureReason } from './ports.ts';

/** Asymmetric algorithms only: with a shared secret, every party that can verify a token could also issue one. */
const ALLOWED_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const CLOCK_TOLERANCE_SECONDS = 30;

/** Creates a verifier of JSON Web Tokens; it returns the token's caller, or why the token is invalid. */
export function createJwtVerifier(
  { issuer, audience, jwksUri }: JwtConfig,
  clock: Clock,
  fetchKeys: FetchImplementation,
): (token: string) => Promise<Caller | AuthFailureReason> {
  const getKey = createRemoteJwks(jwksUri, clock, fetchKeys);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, getKey, {
        issuer,
        audience,
        algorithms: ALLOWED_ALGORITHMS,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(clock.now()),
      });
      // jose checks `iat` only if a maximum token age is set.
      const latestIssuedAt = clock.now() + CLOCK_TOLERANCE_SECONDS * SECOND;
      return (payload.iat ?? 0) * SECOND > latestIssuedAt ? 'bad_claims' : toCaller(payload);
    } catch (error) {
      return toAuthFailureReason(error);
    }
  };
}

function toCaller({ sub, client_id: client, azp, scope, accounts }: JWTPayload): Caller {
  // A client-credentials token may name only the client: in `client_id` (RFC 8693, section 4.3) or in `azp` (OpenID Connect).
  const subject = [sub, client, azp].find((claim): claim is string => typeof claim === 'string' && claim !== '');
  return {
    name: subject === undefined ? 'jwt' : `jwt:${subject}`,
    scopes: scope === undefined ? new Set<Scope>(['read']) : parseScopes(scope),
    accounts: accounts === undefined ? null : parseAccounts(accounts),
  };
}

/** Parses the claim `scope`: names separated by spaces (RFC 8693, section 4.2). Scopes of other systems are ignored. */
function parseScopes(claim: unknown): ReadonlySet<Scope> {
  const names = typeof claim === 'string' ? claim.split(' ') : [];
  return new Set(SCOPES.filter((scope) => names.includes(scope)));
}

/** Parses the claim `accounts`. A claim that is not a list of names grants no account. */
function parseAccounts(claim: unknown): ReadonlySet<string> {
  return Array.isArray(claim) && claim.every((name) => typeof name === 'string') ? new Set(claim) : new Set();
}

function toAuthFailureReason(error: unknown): AuthFailureReason {
  if (error instanceof JwksUnavailableError) return 'keys_unavailable';
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return 'bad_claims';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'bad_algorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_signer';
  return 'malformed';
}
