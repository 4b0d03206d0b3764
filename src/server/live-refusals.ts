import { SubscriptionLimitError, TurnRefusedError } from '../live/live-errors.ts';
import { HttpError } from './http-error.ts';

/** How long a refused client should wait: subscriptions last long, so that a place is rarely free at once. */
const RETRY_AFTER_SECONDS = '10';

/** The errors with which streams end. */
export const STREAM_END_ERRORS = {
  unauthenticated: { code: 'UNAUTHENTICATED', message: 'The key or token is no longer valid; authenticate again.' },
} as const;

/** The HTTP error of a refused subscription; any other error as it is. */
export function toHttpError(error: unknown): unknown {
  if (error instanceof TurnRefusedError) return error.cause;
  if (!(error instanceof SubscriptionLimitError)) return error;
  const options = { headers: { 'retry-after': RETRY_AFTER_SECONDS }, limit: error.limit };
  return error.limit === 'caller_subscriptions'
    ? new HttpError(429, 'RATE_LIMITED', error.message, options)
    : new HttpError(503, 'OVERLOADED', error.message, options);
}
