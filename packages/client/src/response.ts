import type { GraphqlError } from './graphql-error.ts';
import { RequestError } from './request-error.ts';

/** The answer to a query. */
export interface QueryResult<Data> {
  readonly data: Data;
  /** Why fields of `data` are null; empty when no field failed. */
  readonly errors: readonly GraphqlError[];
  /** When the same query can first bring something new, by `Cache-Control: max-age`; null where the gateway does not say. */
  readonly maxAgeSeconds: number | null;
}

/** A response of GraphQL; an event of a stream carries one, too. */
export interface ResponseBody<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

interface ResponseDetails {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  readonly maxAgeSeconds: number | null;
}

/** Reads a GraphQL response; rejects with a RequestError where it has no data, and with the reason of an abort. */
export async function readResult<Data>(response: Response, signal?: AbortSignal): Promise<QueryResult<Data>> {
  const details = {
    status: response.status,
    retryAfterSeconds: readRetryAfter(response),
    maxAgeSeconds: readMaxAge(response),
  };
  return toResult(parseBody<Data>(await readText(response, signal), details), details);
}

/** Throws a RequestError where the body has no data. */
export function toResult<Data>(body: ResponseBody<Data>, details: ResponseDetails): QueryResult<Data> {
  const { data, errors = [] } = body;
  if (data !== undefined && data !== null) return { data, errors, maxAgeSeconds: details.maxAgeSeconds };
  const [first] = errors;
  const message = errors.map((error) => error.message).join('; ') || 'The response has no data.';
  throw new RequestError(message, first?.extensions?.code ?? 'BAD_RESPONSE', {
    status: details.status,
    errors,
    retryAfterSeconds: details.retryAfterSeconds ?? first?.extensions?.retryAfterSeconds ?? null,
  });
}

async function readText(response: Response, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new RequestError('The connection closed before the end of the response.', 'NETWORK_ERROR', {
      status: response.status,
      cause,
    });
  }
}

/** Throws a RequestError where a text is no response of GraphQL. */
export function parseBody<Data>(text: string, { status, retryAfterSeconds }: ResponseDetails): ResponseBody<Data> {
  try {
    const body = JSON.parse(text) as ResponseBody<Data> | null;
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // Such as the HTML page of a proxy.
  }
  throw new RequestError(`The response is not GraphQL (HTTP status ${status}).`, 'BAD_RESPONSE', {
    status,
    retryAfterSeconds,
  });
}

/** The gateway sends seconds; a proxy may send a date, which counts as none. */
function readRetryAfter({ headers }: Response): number | null {
  return parseSeconds(headers.get('retry-after'));
}

function readMaxAge({ headers }: Response): number | null {
  return parseSeconds(/(?:^|,)\s*max-age=(\d+)/i.exec(headers.get('cache-control') ?? '')?.[1] ?? null);
}

function parseSeconds(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;
}
