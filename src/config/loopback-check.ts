import { z } from 'zod';
import type { ConfigError, ConfigIssue } from './config-error.ts';
import { ENVIRONMENT } from './env-overrides.ts';
import { isLoopback } from './loopback.ts';
import { showValues, withValue } from './named-value.ts';

const LOOPBACK_REQUIRED_MESSAGE = 'must be a loopback host such as 127.0.0.1 unless auth is configured';

const authAndHostSchema = z
  .object({ auth: z.unknown().optional(), server: z.object({ host: z.string().catch('') }).catch({ host: '' }) })
  .catch({ auth: undefined, server: { host: '' } });

/** Without auth every client that reaches the gateway has full access, so only this machine may reach it. */
export function findHostErrors(
  raw: unknown,
  override: string | undefined,
  toConfigError: (issue: ConfigIssue) => ConfigError,
): readonly ConfigError[] {
  const { auth, server } = authAndHostSchema.parse(raw);
  if (auth !== undefined) return [];
  if (override)
    return isLoopback(override)
      ? []
      : [{ file: ENVIRONMENT, path: 'HOST', message: showValues(withValue(LOOPBACK_REQUIRED_MESSAGE, override)) }];
  return server.host === '' || isLoopback(server.host)
    ? []
    : [toConfigError({ path: ['server', 'host'], message: withValue(LOOPBACK_REQUIRED_MESSAGE, server.host) })];
}
