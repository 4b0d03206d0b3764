import type { Config } from '../config/schema.ts';
import { throttleFailures } from '../server/auth-throttle.ts';
import { type Authenticator, type AuthenticatorOptions, createAuthenticator } from '../server/auth.ts';
import type { Logger } from '../server/ports.ts';

interface AuthenticationOptions extends AuthenticatorOptions {
  readonly logger: Pick<Logger, 'warn'>;
}

/** Creates the gateway's authenticator. Without `auth` there is nothing to fail. */
export function createThrottledAuthenticator(
  { auth, limits }: Pick<Config, 'auth' | 'limits'>,
  options: AuthenticationOptions,
): Authenticator {
  const authenticate = createAuthenticator(auth, options);
  if (!auth) return authenticate;
  const { clock, logger } = options;
  return throttleFailures(authenticate, {
    failuresPerMinute: limits.authFailuresPerMinute,
    clock,
    onThrottled: (clientAddress) => {
      logger.warn({ clientAddress }, 'failed authentications are throttled');
    },
  });
}
