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
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: createTimestamp(Date.now),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => serializeError(error, locateSource) },
    },
    destination,
  );
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
