import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { serializeError } from './error-serializer.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One JSON object a line: `logger.info({ requestId }, 'message')`. An error goes under the key `err`. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

export interface LoggerOptions {
  readonly level?: LogLevel;
  readonly destination: DestinationStream;
}

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
