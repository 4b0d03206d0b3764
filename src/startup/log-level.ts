import type { ConfigError } from '../config/config-error.ts';
import { ENVIRONMENT } from '../config/env-overrides.ts';
import type { Environment } from '../config/placeholder.ts';
import { LOG_LEVELS, type LogLevel } from '../observability/logger.ts';

const DEFAULT_LOG_LEVEL: LogLevel = 'info';

/** Reads LOG_LEVEL, in any case; an empty one counts as not set. */
export function parseLogLevel({ LOG_LEVEL }: Environment): {
  readonly level: LogLevel;
  readonly errors: readonly ConfigError[];
} {
  if (!LOG_LEVEL) return { level: DEFAULT_LOG_LEVEL, errors: [] };
  const level = LOG_LEVELS.find((name) => name === LOG_LEVEL.toLowerCase());
  if (level) return { level, errors: [] };
  const message = `"${LOG_LEVEL.slice(0, 40)}" is not a log level; use one of ${LOG_LEVELS.join(', ')}`;
  return { level: DEFAULT_LOG_LEVEL, errors: [{ file: ENVIRONMENT, path: 'LOG_LEVEL', message }] };
}
