import { errors, type FetchImplementation, jwtVerify } from 'jose';
import type { JwtConfig } from '../config/settings.ts';
import type { Clock } from '../domain/clock.ts';
import { SECOND } from '../domain/time.ts';
import type { Caller } from '../request/caller.ts';
import { createRemoteJwks, JwksUnavailableError } from './jwks.ts';
import { createCallerReader } from './jwt-claims.ts';
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

/** Returns the token's caller, or why the token is invalid. */
export type JwtVerifier = (token: string) => Promise<Caller | AuthFailureReason>;

/** Creates a verifier of JSON Web Tokens. */
export function createJwtVerifier(
  { issuer, audience, jwksUri, claims }: JwtConfig,
  clock: Clock,
  fetchKeys: FetchImplementation,
): JwtVerifier {
  const getKey = createRemoteJwks(jwksUri, clock, fetchKeys);
  const toCaller = createCallerReader(claims);
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
      if ((payload.iat ?? 0) * SECOND > latestIssuedAt) return 'bad_claims';
      const expiresAt = ((payload.exp ?? 0) + CLOCK_TOLERANCE_SECONDS) * SECOND;
      return { ...toCaller(payload), expiresAt };
    } catch (error) {
      return toAuthFailureReason(error);
    }
  };
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
