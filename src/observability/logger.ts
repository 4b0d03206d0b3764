import { type DestinationStream, pino } from 'pino';
import type { Logger } from '../server/ports.ts';
import { serializeError } from './error-serializer.ts';
import { createSourceLocator } from './source-locator.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A logger that reports which levels it writes, so that callers can skip the work for those it leaves out. */
export interface LevelledLogger extends Logger {
  readonly isLevelEnabled: (level: LogLevel) => boolean;
}

export interface LoggerOptions {
  readonly level?: LogLevel;
  readonly destination: DestinationStream;
}

/** Writes one JSON object a line: `logger.info({ requestId }, 'message')`. */
export function createLogger({ level = 'info', destination }: LoggerOptions): LevelledLogger {
  // In a bundle, every file is in its folder.
  const locateSource = createSourceLocator(new URL('.', import.meta.url));
  const timestamp = createTimestamp(Date.now);
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => serializeError(error, locateSource) },
    },
    destination,
  );
  return Object.assign(logger, { request: createRequestLog({ level, destination }, timestamp) });
}

/** Writes the lines that pino would, in less than half of the time: a repeated query spent a fifth of its own on them. */
function createRequestLog({ level = 'info', destination }: LoggerOptions, timestamp: () => string): Logger['request'] {
  const enabled = new Set<string>(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)));
  return (entryLevel, entry) => {
    if (!enabled.has(entryLevel)) return;
    const fields = JSON.stringify(entry).slice(1, -1);
    destination.write(`{"level":"${entryLevel}"${timestamp()},${fields},"message":"request completed"}\n`);
  };
}

/** As pino's `isoTime`, but a time that has just been formatted is not formatted again: many lines share theirs. */
export function createTimestamp(now: () => number): () => string {
  let [formattedMs, text] = [NaN, ''];
  return () => {
    const ms = now();
    if (ms !== formattedMs) [formattedMs, text] = [ms, `,"time":"${new Date(ms).toISOString()}"`];
    return text;
  };
}
