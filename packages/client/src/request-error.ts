import type { GraphqlError } from './graphql-error.ts';

export interface RequestErrorOptions {
  /** Of the HTTP response; null where there was none. */
  readonly status: number | null;
  readonly errors?: readonly GraphqlError[];
  readonly retryAfterSeconds?: number | null;
  readonly cause?: unknown;
}

/** A request that brought no data: the gateway refused it, every field failed, or the gateway could not be reached. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The code of the first GraphQL error; NETWORK_ERROR without a response, BAD_RESPONSE where it is not GraphQL. */
  readonly code: string;
  /** Of the HTTP response; null where there was none. */
  readonly status: number | null;
  readonly errors: readonly GraphqlError[];
  /** When the gateway can be asked again; null where it did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(message: string, code: string, options: RequestErrorOptions) {
    const { status, errors = [], retryAfterSeconds = null, cause } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whether the same request can succeed in a moment: the gateway is overloaded, restarting or out of reach, or the caller too fast. */
export function isTransient({ code, status }: RequestError): boolean {
  if (code === 'NETWORK_ERROR' || code === 'OVERLOADED' || code === 'RATE_LIMITED') return true;
  // Of a proxy before the gateway.
  return code === 'BAD_RESPONSE' && (status === 429 || status === 502 || status === 503 || status === 504);
}

/** Whether a repeated request goes on after it: the failure is transient, or the vendors that failed may be back later. */
export function isPassing(error: RequestError): boolean {
  return isTransient(error) || error.errors.some(({ extensions }) => extensions?.retryable === true);
}
