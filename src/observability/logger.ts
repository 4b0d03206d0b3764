import { type DestinationStream, pino } from 'pino';
import type { Logger } from '../server/ports.ts';
import { serializeError } from './error-serializer.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly level?: LogLevel;
  readonly destination: DestinationStream;
}

/** Writes one JSON object a line: `logger.info({ requestId }, 'message')`. */
export function createLogger({ level = 'info', destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
    },
    destination,
  );
}
