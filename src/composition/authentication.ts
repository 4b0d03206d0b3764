import type { Config } from '../config/schema.ts';
import { type ApiKeyConfig, type AuthConfig, type JwtConfig } from '../config/settings.ts';
import { anonymousCaller, type Caller } from '../request/caller.ts';
import { createKeyCaller } from '../server/api-keys.ts';
import type { CallerStanding } from '../server/auth-standing.ts';
import { createThrottleState, throttleFailures, type ThrottleState } from '../server/auth-throttle.ts';
import { type Authenticator, type AuthenticatorOptions, createAuthenticator } from '../server/auth.ts';
import { createJwtVerifier, type JwtVerifier } from '../server/jwt.ts';
import type { Logger } from '../server/ports.ts';

interface AuthenticationOptions extends Pick<AuthenticatorOptions, 'clock' | 'metrics'> {
  readonly logger: Pick<Logger, 'warn'>;
  readonly fetch: NonNullable<AuthenticatorOptions['fetch']>;
}

export type AuthenticationConfig = Pick<Config, 'auth' | 'limits'> & {
  readonly server: Pick<Config['server'], 'trustProxy'>;
};

/** How callers are identified under one configuration. */
export interface Authentication {
  readonly authenticate: Authenticator;
  /** What the credentials of a caller are worth under it, by whichever configuration it was identified. */
  readonly standingOf: (caller: Caller) => CallerStanding;
}

/** Where a caller's permissions come from: the settings of its key or of its issuer, as text. */
interface Credential {
  readonly settings: string;
  /** The digest of an API key. */
  readonly sha256: string | null;
}

const PROXY_HINT =
  'if this is the address of a proxy, its clients are throttled together, and their new tokens get 429: set server.trustProxy';

/**
 * Creates a function that creates the authentication of each configuration of a process, one after another. The keys of an issuer whose
 * settings are the same as before stay known, and failures of addresses count on.
 */
export function createAuthentications(
  options: AuthenticationOptions,
): (config: AuthenticationConfig) => Authentication {
  const { clock } = options;
  const credentials = new WeakMap<Caller, Credential>();
  let lastJwt: { readonly settings: string; readonly verify: JwtVerifier } | undefined;
  let throttleState: ThrottleState | undefined;

  function toKeyCaller(key: ApiKeyConfig): Caller {
    const caller = createKeyCaller(key);
    credentials.set(caller, { settings: JSON.stringify(key), sha256: key.sha256.toLowerCase() });
    return caller;
  }

  function toJwtVerifier(jwt: JwtConfig): JwtVerifier {
    const settings = JSON.stringify(jwt);
    if (lastJwt?.settings !== settings) lastJwt = { settings, verify: createJwtVerifier(jwt, clock, options.fetch) };
    const { verify } = lastJwt;
    return async (token) => {
      const caller = await verify(token);
      if (typeof caller !== 'string') credentials.set(caller, { settings, sha256: null });
      return caller;
    };
  }

  return (config) => {
    const { auth } = config;
    const standingOf = createStandings(auth, credentials);
    const authenticate = createAuthenticator(auth, { ...options, toKeyCaller, toJwtVerifier });
    // Without `auth` there is nothing to fail.
    if (!auth) return { authenticate, standingOf };
    throttleState = createThrottleState(throttleState, (caller) => standingOf(caller) === 'valid');
    return { authenticate: throttle(authenticate, config, options, throttleState), standingOf };
  };
}

function throttle(
  authenticate: Authenticator,
  { limits, server }: AuthenticationConfig,
  { clock, logger }: AuthenticationOptions,
  state: ThrottleState,
): Authenticator {
  const onThrottled = (clientAddress: string) => {
    const hint = server.trustProxy === false ? { hint: PROXY_HINT } : {};
    logger.warn({ clientAddress, ...hint }, 'failed authentications are throttled');
  };
  return throttleFailures(authenticate, { failuresPerMinute: limits.authFailuresPerMinute, clock, onThrottled }, state);
}

function createStandings(
  auth: AuthConfig | undefined,
  credentials: WeakMap<Caller, Credential>,
): Authentication['standingOf'] {
  const { apiKeys = [], jwt } = auth ?? {};
  const settingsOfKeys = new Set(apiKeys.map((key) => JSON.stringify(key)));
  const digests = new Set(apiKeys.map(({ sha256 }) => sha256.toLowerCase()));
  const jwtSettings = jwt && JSON.stringify(jwt);
  return (caller) => {
    if (caller === anonymousCaller) return auth ? 'revoked' : 'valid';
    // Without `auth`, every caller has all permissions.
    if (!auth) return 'changed';
    const credential = credentials.get(caller);
    if (!credential) return 'revoked';
    const { settings, sha256 } = credential;
    if (sha256 === null) {
      if (settings === jwtSettings) return 'valid';
      return jwt ? 'changed' : 'revoked';
    }
    if (settingsOfKeys.has(settings)) return 'valid';
    return digests.has(sha256) ? 'changed' : 'revoked';
  };
}
