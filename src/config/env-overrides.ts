import type { ConfigError } from './config-error.ts';
import { showValues, withValue } from './named-value.ts';
import type { Environment } from './placeholder.ts';
import type { ServerSettings } from './settings.ts';

/** Stands for the file name in errors of the environment. */
export const ENVIRONMENT = 'environment';

/** Parses PORT and HOST, which override the file; an empty value counts as not set. */
export function parseEnvOverrides(env: Environment): {
  readonly server: Partial<Pick<ServerSettings, 'host' | 'port'>>;
  readonly errors: readonly ConfigError[];
} {
  const { PORT, HOST } = env;
  const port = PORT ? Number(PORT) : undefined;
  const isPort = port === undefined || (/^\d{1,5}$/.test(PORT ?? '') && port <= 65_535);
  return {
    server: { ...(HOST && { host: HOST }), ...(isPort && port !== undefined && { port }) },
    errors: isPort
      ? []
      : [
          {
            file: ENVIRONMENT,
            path: 'PORT',
            message: showValues(withValue('must be a whole number from 0 to 65535', PORT)),
          },
        ],
  };
}
