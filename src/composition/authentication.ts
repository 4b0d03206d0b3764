import type { Config } from '../config/schema.ts';
import { throttleFailures } from '../server/auth-throttle.ts';
import { type Authenticator, type AuthenticatorOptions, createAuthenticator } from '../server/auth.ts';
import type { Logger } from '../server/ports.ts';

interface AuthenticationOptions extends AuthenticatorOptions {
  readonly logger: Pick<Logger, 'warn'>;
}

const PROXY_HINT =
  'if this is the address of a proxy, its clients are throttled together, and their new tokens get 429: set server.trustProxy';

/** Creates the gateway's authenticator. Without `auth` there is nothing to fail. */
export function createThrottledAuthenticator(
  { auth, limits, server }: Pick<Config, 'auth' | 'limits'> & { readonly server: Pick<Config['server'], 'trustProxy'> },
  options: AuthenticationOptions,
): Authenticator {
  const authenticate = createAuthenticator(auth, options);
  if (!auth) return authenticate;
  const { clock, logger } = options;
  return throttleFailures(authenticate, {
    failuresPerMinute: limits.authFailuresPerMinute,
    clock,
    onThrottled: (clientAddress) => {
      const hint = server.trustProxy === false ? { hint: PROXY_HINT } : {};
      logger.warn({ clientAddress, ...hint }, 'failed authentications are throttled');
    },
  });
}
